package io.datahub.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules for the files of hooks, webhooks and artifacts that concern more than one value. */
final class HookRules {

    private static final Set<String> PIDS = Set.of("io.datahub.hook", "io.datahub.webhook", "io.datahub.artifact");

    /** A hook's name is part of its URL; all of them are part of the names of metrics and of the hub's state. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,49}");

    private static final Set<String> SIGNING = Set.of("github", "gitlab", "gitea", "standard");

    private HookRules() {}

    /** Whether a file is one of these. An invalid one isn't loaded: nothing depends on it, as writes do on validators. */
    static boolean concern(String file) {
        return PIDS.contains(Pid.of(file).base());
    }

    static List<FileProblem> problems(CfgFile file) {
        Pid pid = Pid.of(file.name());
        List<FileProblem> problems = new ArrayList<>();
        if (PIDS.contains(pid.base())
                && (pid.name() == null || !NAME.matcher(pid.name()).matches())) {
            problems.add(new FileProblem(
                    file.name(),
                    "",
                    "must be called " + pid.base()
                            + "-NAME.cfg, where NAME has 1 to 50 lower-case letters, digits, dots" + " and hyphens",
                    true));
        }
        String kind = file.values().getOrDefault("kind", "").strip();
        if (pid.base().equals("io.datahub.hook")
                && SIGNING.contains(kind)
                && file.values().getOrDefault("secretFile", "").isBlank()) {
            problems.add(new FileProblem(
                    file.name(),
                    "secretFile",
                    "must name the file with the secret that " + kind + " signs with",
                    true));
        }
        return problems;
    }
}
