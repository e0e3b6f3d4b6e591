package io.datahub.jetty.connections;

import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.alpn.java.server.JDK9ServerALPNProcessor;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.http2.hpack.HpackFieldPreEncoder;

/**
 * Lets Jetty find its own parts in other bundles, ALPN's processor and HTTP/2's encoder of constant fields. It looks them
 * up by {@link java.util.ServiceLoader}, which sees what the thread's context class loader sees. Thread-safe.
 */
public final class JettyServices {

    private static final ClassLoader LOADER = new Loader(
            JettyServices.class.getClassLoader(),
            PreEncodedHttpField.class.getClassLoader(),
            HpackFieldPreEncoder.class.getClassLoader(),
            JDK9ServerALPNProcessor.class.getClassLoader());

    private JettyServices() {}

    /** Initializes the classes of Jetty that look for services only once. To be called before anything else uses them. */
    public static void initialize() {
        find(() -> {
            try {
                return Class.forName(
                        PreEncodedHttpField.class.getName(), true, PreEncodedHttpField.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("Jetty has no " + PreEncodedHttpField.class, e);
            }
        });
    }

    /** Runs code that looks for services of Jetty, on this thread. */
    static <T> T find(Supplier<T> code) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(LOADER);
        try {
            return code.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Classes of this bundle and of those whose packages it imports, and the resources of several bundles. */
    private static final class Loader extends ClassLoader {

        private final Set<ClassLoader> bundles;

        Loader(ClassLoader classes, ClassLoader... bundles) {
            super(classes);
            this.bundles = new LinkedHashSet<>(List.of(bundles));
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            List<URL> found = new ArrayList<>();
            for (ClassLoader bundle : bundles) {
                found.addAll(Collections.list(bundle.getResources(name)));
            }
            return Collections.enumeration(found);
        }
    }
}
