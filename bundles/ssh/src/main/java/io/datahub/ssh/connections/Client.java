package io.datahub.ssh.connections;

import java.net.InetAddress;

/**
 * The client of a connection.
 *
 * @param address its address; the proxy's until a PROXY header is read
 * @param direct whether no proxy forwards the connection
 */
record Client(InetAddress address, boolean direct) {}
