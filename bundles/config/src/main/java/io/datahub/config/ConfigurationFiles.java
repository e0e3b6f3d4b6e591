package io.datahub.config;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the hub's configuration files into force, in place of Karaf's file installer, and never writes one.
 *
 * <p>A file that breaks a rule is held back while an earlier version of it is in force. Works only where the launcher
 * names the folder in {@value #FOLDER}; in a stock Karaf the files are its own installer's. Threads: the constructor loads
 * all files, after that one thread looks for changes every second.
 */
@Component(service = HealthCheck.class, immediate = true, property = HealthCheck.NAME + "=configuration")
public final class ConfigurationFiles implements HealthCheck {

    /** The framework property that names the folder of the files. */
    static final String FOLDER = "datahub.configuration";

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.config");
    private static final long POLL_MILLIS = 1_000;
    private static final long END_SECONDS = 10;

    private final BundleContext context;
    private final Path folder;
    private final Configurations configurations;
    private final Map<String, FileState> states = new ConcurrentSkipListMap<>();

    private final ScheduledExecutorService worker =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-config"));

    // After the constructor, for the worker alone.
    private Map<String, String> loaded = new HashMap<>();
    private Map<String, String> seen = Map.of();

    @Activate
    public ConfigurationFiles(BundleContext context, @Reference ConfigurationAdmin admin) throws IOException {
        this.context = context;
        String path = context.getProperty(FOLDER);
        this.folder = path == null ? null : Path.of(path);
        this.configurations = new Configurations(admin, folder);
        if (folder != null) {
            seen = stamps();
            configurations.removeOthers(seen.keySet());
            apply(true);
            var unused = worker.scheduleWithFixedDelay(this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Deactivate
    void stop() throws InterruptedException {
        worker.shutdownNow();
        worker.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    }

    /** Degraded while a file can't be used that came into being or changed after the start. */
    @Override
    public Health check() {
        return FileState.health(states.values());
    }

    private void poll() {
        try {
            Map<String, String> now = stamps();
            boolean isSettled = now.equals(seen);
            seen = now;
            if (isSettled && !now.equals(loaded)) {
                apply(false);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("event=configuration-unread folder={} reason={}; tried again in a second", folder, e.toString());
        }
    }

    private void apply(boolean isStart) throws IOException {
        Schemas schemas = schemas();
        for (Map.Entry<String, String> file : new TreeMap<>(seen).entrySet()) {
            if (!file.getValue().equals(loaded.get(file.getKey()))) {
                apply(file.getKey(), schemas, isStart);
                loaded.put(file.getKey(), file.getValue());
            }
        }
        for (String name : List.copyOf(loaded.keySet())) {
            if (!seen.containsKey(name)) {
                configurations.remove(name);
                loaded.remove(name);
                states.remove(name);
                LOG.info("event=configuration-removed file=etc/{}", name);
            }
        }
    }

    private void apply(String name, Schemas schemas, boolean isStart) throws IOException {
        CfgFile file = CfgFile.parse(name, Files.readAllBytes(folder.resolve(name)), this::variable);
        List<ConfigurationProblem> found = schemas.validate(file);
        FileState state =
                FileState.of(found, states.get(name), isStart, Pid.of(name).name() != null);
        states.put(name, state);
        for (ConfigurationProblem problem : found) {
            if (problem.fatal()) {
                LOG.error("event=configuration-refused {}{}", problem, state.consequence(problem));
            } else {
                LOG.warn("event=configuration-warning {}", problem);
            }
        }
        if (state.isHeldBack()) {
            return;
        }
        if (found.stream().anyMatch(ConfigurationProblem::isMissing)) {
            configurations.remove(
                    name); // such as a validator without paths: it holds up nothing, since it names nothing
        } else if (configurations.put(name, file.values())) {
            LOG.info("event=configuration-loaded file=etc/{}", name);
        }
    }

    private String variable(String name) {
        return name.startsWith("env:") ? System.getenv(name.substring("env:".length())) : context.getProperty(name);
    }

    /** Size, time and inode of each file. */
    private Map<String, String> stamps() throws IOException {
        Map<String, String> stamps = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(one -> Pid.isOurs(one.getFileName().toString()))
                    .toList()) {
                if (Files.isRegularFile(file)) {
                    Map<String, Object> all = Files.readAttributes(file, "size,lastModifiedTime,fileKey");
                    stamps.put(file.getFileName().toString(), all.toString());
                }
            }
        }
        return stamps;
    }

    private Schemas schemas() throws IOException {
        Schemas schemas = new Schemas();
        for (Bundle bundle : context.getBundles()) {
            var entries = bundle.getEntryPaths("OSGI-INF/metatype/");
            for (String entry : entries == null ? List.<String>of() : Collections.list(entries)) {
                URL url = entry.endsWith(".xml") ? bundle.getEntry(entry) : null;
                if (url != null && String.valueOf(bundle.getSymbolicName()).startsWith("datahub-")) {
                    try (InputStream in = url.openStream()) {
                        schemas.add(in);
                    }
                }
            }
        }
        return schemas;
    }
}
