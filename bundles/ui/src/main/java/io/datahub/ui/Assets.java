package io.datahub.ui;

import io.datahub.api.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** The static files of the web page, by name. All are held in memory: they are small and few. Immutable. */
final class Assets {

    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html;charset=utf-8",
            "app.css", "text/css;charset=utf-8",
            "app.js", "text/javascript;charset=utf-8",
            "dom.js", "text/javascript;charset=utf-8",
            "hub.js", "text/javascript;charset=utf-8",
            "events.js", "text/javascript;charset=utf-8",
            "files.js", "text/javascript;charset=utf-8",
            "uploads.js", "text/javascript;charset=utf-8",
            "status.js", "text/javascript;charset=utf-8",
            "icon.svg", "image/svg+xml");

    private static final int ETAG_DIGITS = 32;

    private final Map<String, Asset> assets = new HashMap<>();

    /** @throws IllegalStateException if a file is missing, which is a build error */
    Assets() {
        TYPES.forEach((name, type) -> assets.put(name, read(name, type)));
    }

    private static Asset read(String name, String type) {
        try (InputStream in = Assets.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the bundle lacks " + name + "; rebuild it");
            }
            byte[] bytes = in.readAllBytes();
            return new Asset(type, bytes, '"' + Sha256.hex(bytes).substring(0, ETAG_DIGITS) + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a file; null if there is none with this name. */
    Asset get(String name) {
        return assets.get(name);
    }
}
