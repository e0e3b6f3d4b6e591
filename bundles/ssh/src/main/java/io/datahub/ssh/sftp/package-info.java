/** SFTP version 3 with OpenSSH's extensions, on the record store: files that are written are drafts until closed. */
package io.datahub.ssh.sftp;
