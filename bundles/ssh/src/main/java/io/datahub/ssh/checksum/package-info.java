/** Checksum commands, such as {@code sha256sum}. */
package io.datahub.ssh.checksum;
