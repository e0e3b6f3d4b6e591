/** Authenticates requests: by token, client certificate, or browser session. */
package io.datahub.jetty.authentication;
