package io.datahub.karaf;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A third-party bundle named {@code guest} that does nothing. */
final class GuestBundle {

    private GuestBundle() {}

    static Path create(Path folder) throws IOException {
        Path jar = folder.resolve("guest.jar");
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "guest");
        headers.putValue("Bundle-Version", "1.2.3");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream closing = new JarOutputStream(file, manifest)) {
            closing.finish();
        }
        return jar;
    }
}
