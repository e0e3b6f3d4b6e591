package io.datahub.jetty.connections;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;

/**
 * HTTP/2 without TLS for clients with prior knowledge (RFC 9113, 3.3). {@code Upgrade: h2c} in an HTTP/1.1 request is
 * ignored, as RFC 9113 permits: a proxy that forwards it would become an opaque tunnel. Thread-safe.
 */
final class CleartextHttp2 extends HTTP2CServerConnectionFactory {

    CleartextHttp2(HttpConfiguration http) {
        super(http);
    }

    @Override
    public Connection upgradeConnection(
            Connector connector, EndPoint endPoint, MetaData.Request request, HttpFields.Mutable response101) {
        return request.getHttpVersion() == HttpVersion.HTTP_2
                ? super.upgradeConnection(connector, endPoint, request, response101)
                : null;
    }
}
