package io.datahub.ui;

import io.datahub.api.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The static files of the web page, by name. Each is read and hashed when it is first asked for, not while the hub
 * starts, and then held in memory: they are small and few. Threads: any.
 */
final class Assets {

    private static final Set<String> NAMES = Set.of(
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
            "entries.js",
            "event.js",
            "events.js",
            "file.js",
            "files.js",
            "hooks.js",
            "hub.js",
            "publish.js",
            "remembered.js",
            "rows.js",
            "selection.js",
            "status.js",
            "table.js",
            "text.js",
            "trial.js",
            "upload.js",
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

    private final Map<String, Asset> assets = new ConcurrentHashMap<>();

    private static Asset read(String name) {
        try (InputStream in = Assets.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the bundle lacks " + name + "; rebuild it");
            }
            byte[] bytes = in.readAllBytes();
            String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            return new Asset(type, bytes, '"' + Sha256.hex(bytes).substring(0, ETAG_DIGITS) + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns a file; null if there is none with this name.
     *
     * @throws IllegalStateException if the file is missing, which is a build error
     */
    Asset get(String name) {
        return NAMES.contains(name) ? assets.computeIfAbsent(name, Assets::read) : null;
    }

    /** The names of all files. */
    static Set<String> names() {
        return NAMES;
    }
}
