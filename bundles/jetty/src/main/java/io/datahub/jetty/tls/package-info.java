/** Certificates and keys of TLS sockets. */
package io.datahub.jetty.tls;
