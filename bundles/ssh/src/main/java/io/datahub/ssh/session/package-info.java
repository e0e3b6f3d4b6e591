/**
 * What a channel's handler needs to know of the connection that it belongs to. The packages of the handlers, such as
 * {@code io.datahub.ssh.sftp}, use this one and not each other; {@code io.datahub.ssh} uses them all.
 */
package io.datahub.ssh.session;
