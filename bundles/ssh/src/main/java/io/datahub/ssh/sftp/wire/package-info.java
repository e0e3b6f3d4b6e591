/** The packets of SFTP version 3. */
package io.datahub.ssh.sftp.wire;
