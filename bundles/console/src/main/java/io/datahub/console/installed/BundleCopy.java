package io.datahub.console.installed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Bundle;

/** A jar made anew from the entries of an installed bundle, since where it came from may be gone when it is needed. */
final class BundleCopy {

    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private BundleCopy() {}

    /** Returns the name of the copy; one that is there already is of the same bundle at the same state. */
    static String in(Path folder, Bundle bundle) throws IOException {
        String name = bundle.getBundleId() + "-" + bundle.getLastModified() + ".jar";
        Path copy = folder.resolve(name);
        if (!Files.exists(copy)) {
            Files.createDirectories(folder);
            Path fresh = folder.resolve(name + ".fresh");
            try (OutputStream file = Files.newOutputStream(fresh);
                    ZipOutputStream zip = new ZipOutputStream(file)) {
                entry(zip, bundle, MANIFEST);
                folder(zip, bundle, "/");
            }
            Files.move(fresh, copy, StandardCopyOption.ATOMIC_MOVE);
        }
        return name;
    }

    private static void folder(ZipOutputStream zip, Bundle bundle, String path) throws IOException {
        Enumeration<String> paths = bundle.getEntryPaths(path);
        for (String entry : paths == null ? Collections.<String>emptyList() : Collections.list(paths)) {
            if (entry.endsWith("/")) {
                folder(zip, bundle, entry);
            } else if (!entry.equals(MANIFEST)) {
                entry(zip, bundle, entry);
            }
        }
    }

    private static void entry(ZipOutputStream zip, Bundle bundle, String path) throws IOException {
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
