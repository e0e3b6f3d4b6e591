package io.datahub.ui;

import io.datahub.api.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The static files of the web page, by name. All are held in memory: they are small and few. Immutable. */
final class Assets {

    private static final List<String> NAMES = List.of(
            "index.html",
            "api.html",
            "api.js",
            "app.css",
            "access.js",
            "account.js",
            "app.js",
            "charts.js",
            "cluster.js",
            "dom.js",
            "drop.js",
            "event.js",
            "events.js",
            "file.js",
            "files.js",
            "hooks.js",
            "hub.js",
            "publish.js",
            "rows.js",
            "selection.js",
            "status.js",
            "text.js",
            "trial.js",
            "uploads.js",
            "users.js",
            "violation.js",
            "icon.svg");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "svg", "image/svg+xml");

    private static final int ETAG_DIGITS = 32;

    private final Map<String, Asset> assets = new HashMap<>();

    /** @throws IllegalStateException if a file is missing, which is a build error */
    Assets() {
        NAMES.forEach(name -> assets.put(name, read(name, TYPES.get(name.substring(name.lastIndexOf('.') + 1)))));
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
