/**
 * The ZeroMQ endpoint: a listener, event loops, and connections that serve authenticated peers. Uses
 * {@code io.datahub.zeromq.zmtp}, {@code curve} and {@code buffer}, which don't know it.
 */
package io.datahub.zeromq;
