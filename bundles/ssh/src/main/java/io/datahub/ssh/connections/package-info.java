/** Connections before and after the login: their limits, their clients' addresses, their sessions. */
package io.datahub.ssh.connections;
