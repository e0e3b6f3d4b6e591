package io.datahub.jetty.web;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingNestedCallback;

/** Writes a body in parts, one after the other. */
final class PartsWriter extends IteratingNestedCallback {

    private final Response response;
    private final Iterator<ByteBuffer> parts;

    PartsWriter(Response response, List<ByteBuffer> parts, Callback callback) {
        super(callback);
        this.response = response;
        this.parts = parts.iterator();
    }

    @Override
    protected Action process() {
        if (!parts.hasNext()) {
            return Action.SUCCEEDED;
        }
        ByteBuffer part = parts.next();
        response.write(!parts.hasNext(), part, this);
        return Action.SCHEDULED;
    }
}
