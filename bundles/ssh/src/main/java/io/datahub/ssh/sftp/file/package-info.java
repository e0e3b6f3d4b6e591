/** Files that clients have open, and those that they have left unfinished. */
package io.datahub.ssh.sftp.file;
