/** How clients log in: by a token as password or answer, or by a key. */
package io.datahub.ssh.login;
