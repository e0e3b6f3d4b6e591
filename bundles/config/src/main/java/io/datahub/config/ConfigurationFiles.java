package io.datahub.config;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
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
 * Loads the hub's configuration files into Configuration Admin, in place of Karaf's file installer. Never writes a
 * file.
 *
 * <p>An invalid file is rejected, and its previous valid version stays in force. Works only if the launcher sets
 * {@value #FOLDER}; in a stock Karaf, Karaf's own file installer loads the files. Threads: the constructor loads all
 * files; after that a single thread checks for changes every second.
 */
@Component(service = HealthCheck.class, immediate = true, property = HealthCheck.NAME + "=configuration")
public final class ConfigurationFiles implements HealthCheck {

    /** The framework property that names the directory of the configuration files. */
    static final String FOLDER = "datahub.configuration";

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationFiles.class);
    private static final long POLL_MILLIS = 1_000;
    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final BundleContext context;
    private final Path folder;
    private final Configurations configurations;
    private final Map<String, FileState> states = new ConcurrentSkipListMap<>();

    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-config"));

    // Once the constructor has returned, accessed by the executor thread only.
    private Map<String, String> loaded = new HashMap<>();
    private Map<String, String> seen = Map.of();

    @Activate
    public ConfigurationFiles(BundleContext context, @Reference ConfigurationAdmin admin) throws IOException {
        this.context = context;
        String path = context.getProperty(FOLDER);
        this.folder = path == null ? null : Path.of(path);
        this.configurations = new Configurations(admin, folder);
        if (folder != null) {
            seen = fingerprints();
            configurations.removeStale(seen.keySet());
            apply(true);
            var unused = executor.scheduleWithFixedDelay(this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Deactivate
    void stop() throws InterruptedException {
        executor.shutdownNow();
        executor.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /** Down if a file has been invalid since startup; degraded if a file is invalid that was added or changed later. */
    @Override
    public Health check() {
        return FileState.health(states.values());
    }

    private void poll() {
        try {
            Map<String, String> current = fingerprints();
            boolean isStable = current.equals(seen);
            seen = current;
            if (isStable && !current.equals(loaded)) {
                apply(false);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "event=config.folder.unreadable folder={} retryMillis={} reason={}",
                    folder,
                    POLL_MILLIS,
                    LogText.quoted(e.toString()));
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
                LOG.info("event=config.file.removed file=etc/{}", name);
            }
        }
    }

    private void apply(String name, Schemas schemas, boolean isStart) throws IOException {
        CfgFile file = CfgFile.parse(name, Files.readAllBytes(folder.resolve(name)), this::variable);
        List<ConfigurationProblem> problems = schemas.validate(file);
        FileState state =
                FileState.of(problems, states.get(name), isStart, Pid.of(name).name() != null);
        states.put(name, state);
        for (ConfigurationProblem problem : problems) {
            if (problem.fatal()) {
                LOG.error(
                        "event=config.file.invalid file=etc/{} key={} inForce={} reason={}",
                        name,
                        LogText.quoted(problem.key()),
                        state.inForce().label(),
                        LogText.quoted(problem.text()));
            } else {
                LOG.warn(
                        "event=config.file.warning file=etc/{} key={} reason={}",
                        name,
                        LogText.quoted(problem.key()),
                        LogText.quoted(problem.text()));
            }
        }
        if (state.keepsCurrentConfiguration()) {
            return;
        }
        if (problems.stream().anyMatch(ConfigurationProblem::isMissing)) {
            // For example a validator without paths, which matches no records and so must not block writes.
            configurations.remove(name);
        } else if (configurations.put(name, file.values())) {
            LOG.info("event=config.file.loaded file=etc/{}", name);
        }
    }

    private String variable(String name) {
        return name.startsWith("env:") ? System.getenv(name.substring("env:".length())) : context.getProperty(name);
    }

    /** The size, modification time and file key (inode) of each file. */
    private Map<String, String> fingerprints() throws IOException {
        Map<String, String> fingerprints = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(
                            candidate -> Pid.isHubFile(candidate.getFileName().toString()))
                    .toList()) {
                if (Files.isRegularFile(file)) {
                    Map<String, Object> attributes = Files.readAttributes(file, "size,lastModifiedTime,fileKey");
                    fingerprints.put(file.getFileName().toString(), attributes.toString());
                }
            }
        }
        return fingerprints;
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
