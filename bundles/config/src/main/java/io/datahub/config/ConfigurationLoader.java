package io.datahub.config;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.health.Health;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the configuration files with those that were loaded, and loads what differs. Threads: {@link #check} on any
 * thread, the other methods on one at a time.
 */
final class ConfigurationLoader {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationLoader.class);

    /**
     * The keys for what a validator validates. Without them it matches nothing, so it must not block writes. With them
     * an invalid file is loaded nevertheless: its component fails, and what it should validate is not accepted.
     */
    private static final Set<String> PATTERNS = Set.of("paths", "topics");

    private final Path directory;
    private final InstalledBundles bundles;
    private final Configurations configurations;
    private final UnaryOperator<String> variables;
    private final Map<String, FileState> states = new ConcurrentSkipListMap<>();
    private final Map<String, String> loaded = new HashMap<>();
    private final Set<String> unknown = new HashSet<>();
    private Map<String, String> seen = Map.of();
    private Map<Long, Long> seenBundles = Map.of();

    ConfigurationLoader(
            Path directory, InstalledBundles bundles, Configurations configurations, UnaryOperator<String> variables) {
        this.directory = directory;
        this.bundles = bundles;
        this.configurations = configurations;
        this.variables = variables;
    }

    /** Loads all files, and removes the configurations of files that no longer exist. */
    void start() throws IOException {
        seen = fingerprints();
        seenBundles = bundles.fingerprint();
        configurations.removeStale(seen.keySet());
        apply(true);
    }

    /** Loads the files that have changed since they were loaded, but not since the previous call. */
    void poll() throws IOException {
        Map<String, String> current = fingerprints();
        boolean isStable = current.equals(seen);
        seen = current;
        forgetUnknownIfBundlesChanged();
        if (isStable && !current.equals(loaded)) {
            apply(false);
        }
    }

    /** Down if a file has been invalid since startup; degraded if a file is invalid that was added or changed later. */
    Health check() {
        return FileState.health(states.values());
    }

    /** The problems of all files. */
    List<ConfigurationProblem> problems() {
        return FileState.problems(states.values()).toList();
    }

    /** The files of which some version is in effect. */
    List<String> filesInEffect() {
        return states.entrySet().stream()
                .filter(state -> state.getValue().inEffect() == InEffect.CURRENT_VERSION
                        || state.getValue().inEffect() == InEffect.PREVIOUS_VERSION)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** A bundle that was installed may have the component of a file that had none. */
    private void forgetUnknownIfBundlesChanged() {
        if (!unknown.isEmpty() && !bundles.fingerprint().equals(seenBundles)) {
            seenBundles = bundles.fingerprint();
            loaded.keySet().removeAll(unknown);
            unknown.clear();
        }
    }

    private void apply(boolean isStart) throws IOException {
        Schemas schemas = bundles.schemas();
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
                unknown.remove(name);
                LOG.info("event=config.file.removed file=etc/{}", name);
            }
        }
    }

    private void apply(String name, Schemas schemas, boolean isStart) throws IOException {
        CfgFile file = CfgFile.parse(name, Files.readAllBytes(directory.resolve(name)), variables);
        List<FileProblem> problems = schemas.validate(file);
        if (isUnknown(name, schemas)) {
            unknown.add(name);
            problems.add(FileProblem.unknownFile(name, Pid.of(name).base(), schemas.pids()));
        }
        FileState state =
                FileState.of(problems, states.get(name), isStart, Pid.of(name).name() != null);
        states.put(name, state);
        for (FileProblem problem : problems) {
            if (problem.fatal()) {
                LOG.error(
                        "event=config.file.invalid file=etc/{} key={} inForce={} reason={}",
                        name,
                        LogText.quoted(problem.key()),
                        label(state.inEffect()),
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
        boolean isUseless = state.inEffect() == InEffect.NOTHING
                && (HookRules.concern(name)
                        || problems.stream()
                                .anyMatch(problem -> problem.isMissing() && PATTERNS.contains(problem.key())));
        if (isUseless) {
            configurations.remove(name);
        } else if (configurations.put(name, file.values())) {
            LOG.info("event=config.file.loaded file=etc/{}", name);
        }
    }

    private static String label(InEffect inEffect) {
        return inEffect.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private boolean isUnknown(String name, Schemas schemas) throws IOException {
        String pid = Pid.of(name).base();
        return !schemas.pids().contains(pid) && !bundles.componentPids().contains(pid);
    }

    /** The size, modification time and file key (inode) of each file. */
    private Map<String, String> fingerprints() throws IOException {
        Map<String, String> fingerprints = new HashMap<>();
        try (Stream<Path> files = Files.list(directory)) {
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
}
