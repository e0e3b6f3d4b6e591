package io.datahub.console.installed;

import io.datahub.api.file.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Bundle;

/**
 * A jar rebuilt from the entries of an installed bundle, because the original file may no longer exist when the bundle
 * is restored.
 */
final class BundleCopy {

    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private BundleCopy() {}

    /** Returns the file name of the copy. An existing copy is reused: it is of the same bundle in the same state. */
    static String in(Path directory, Bundle bundle) throws IOException {
        String name = bundle.getBundleId() + "-" + bundle.getLastModified() + ".jar";
        Path copy = directory.resolve(name);
        if (!Files.exists(copy)) {
            AtomicFile.write(copy, AtomicFile.Access.READABLE, partial -> {
                try (OutputStream file = Files.newOutputStream(partial);
                        ZipOutputStream zip = new ZipOutputStream(file)) {
                    writeEntry(zip, bundle, MANIFEST);
                    writeFolder(zip, bundle, "/");
                }
            });
        }
        return name;
    }

    private static void writeFolder(ZipOutputStream zip, Bundle bundle, String path) throws IOException {
        Enumeration<String> paths = bundle.getEntryPaths(path);
        for (String entry : paths == null ? Collections.<String>emptyList() : Collections.list(paths)) {
            if (entry.endsWith("/")) {
                writeFolder(zip, bundle, entry);
            } else if (!entry.equals(MANIFEST)) {
                writeEntry(zip, bundle, entry);
            }
        }
    }

    private static void writeEntry(ZipOutputStream zip, Bundle bundle, String path) throws IOException {
        URL url = bundle.getEntry(path);
        if (url == null) {
            return;
        }
        zip.putNextEntry(new ZipEntry(path));
        try (InputStream in = url.openStream()) {
            in.transferTo(zip);
        }
        zip.closeEntry();
    }
}
