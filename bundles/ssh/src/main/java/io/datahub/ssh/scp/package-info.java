/** The protocol of {@code scp}, which {@code scp -O} and older clients speak. */
package io.datahub.ssh.scp;
