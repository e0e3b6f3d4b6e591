/**
 * The SSH endpoint: a port, host keys, logins, limits, and channels whose requests are passed on to handlers in packages
 * of their own. They know {@code io.datahub.ssh.session} and not this package.
 */
package io.datahub.ssh;
