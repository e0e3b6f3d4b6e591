package io.datahub.jetty.server;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.PercentText;
import io.datahub.jetty.web.RawPath;
import io.datahub.jetty.web.RequestDrainer;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Rules for all requests: {@code .} segments are removed from the path before it is matched. A path or query that isn't
 * percent-encoded UTF-8 is refused, and so is a body with a transfer coding other than {@code chunked} (RFC 9112, 6.1),
 * since it wouldn't be decoded.
 */
final class RequestRules extends Handler.Wrapper {

    RequestRules(Handler handler) {
        super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2) {
            request.addHttpStreamWrapper(EarlyResponse::new);
        }
        if (hasUnsupportedCoding(request)) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
            new RequestDrainer(request, callback)
                    .sendError(
                            response,
                            HttpStatus.NOT_IMPLEMENTED_501,
                            "chunked is the only supported transfer coding; send the body without any other");
            return true;
        }
        HttpURI uri = request.getHttpURI();
        Optional<Refusal> malformed = refuseMalformed(uri);
        if (malformed.isPresent()) {
            RequestDrainer.refuse(request, response, callback, malformed.get());
            return true;
        }
        String rawPath = uri.getPath();
        String path = rawPath == null ? null : RawPath.withoutDots(rawPath);
        return super.handle(
                path == null || path.equals(rawPath)
                        ? request
                        : Request.serveAs(request, HttpURI.build(uri).path(path)),
                response,
                callback);
    }

    private static Optional<Refusal> refuseMalformed(HttpURI uri) {
        if (isMalformed(uri.getQuery())) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "the query isn't percent-encoded UTF-8"));
        }
        return isMalformed(uri.getPath()) ? PercentText.decode(uri.getPath()).refusal() : Optional.empty();
    }

    private static boolean isMalformed(String text) {
        return text != null
                && text.indexOf('%') >= 0
                && PercentText.decode(text).isRefused();
    }

    private static boolean hasUnsupportedCoding(Request request) {
        List<String> codings = request.getHeaders().getValuesList(HttpHeader.TRANSFER_ENCODING);
        return !codings.isEmpty()
                && (codings.size() > 1 || !codings.get(0).strip().equalsIgnoreCase("chunked"));
    }
}
