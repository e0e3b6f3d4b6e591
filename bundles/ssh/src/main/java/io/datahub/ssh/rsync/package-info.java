/**
 * rsync: runs the machine's program at the server's side, confined to a folder of the session, and stores what it has
 * received.
 */
package io.datahub.ssh.rsync;
