/** The memory of the event loops: read buffers, input that is incomplete, and the write buffer. */
package io.datahub.zeromq.buffer;
