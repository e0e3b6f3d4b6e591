/** The keys by which clients recognize the hub. */
package io.datahub.ssh.keys;
