/** The channels of a connection, and which of their requests are served. */
package io.datahub.ssh.channel;
