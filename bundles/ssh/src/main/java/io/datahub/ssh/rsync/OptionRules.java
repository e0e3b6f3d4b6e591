package io.datahub.ssh.rsync;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which options of a client are passed on to the program, which are left out since they mean nothing here, and which are
 * refused. Whatever isn't listed is refused: new versions of rsync get new options.
 *
 * <p>Options that change the format of the file list ({@code l o g D H A X}) have to be passed on, since both sides must
 * agree on it; what they transfer is dropped when files are stored.
 */
final class OptionRules {

    private static final String LINKS = "the hub has no links; leave it out, links are skipped anyway";
    private static final String DELETES =
            "rsync deletes nothing on the hub; to delete what is gone, use rclone sync over SFTP";
    private static final String REMOVES_SOURCES =
            "the files would be removed before the hub has validated them; remove them when rsync has exited with 0";
    private static final String IN_PLACE = "records are replaced as a whole; leave it out";
    private static final String BACKUPS = "the hub keeps no backups of replaced records; leave it out";
    private static final String OTHER_FOLDERS = "the hub chooses its own directories; leave it out";
    private static final String FILE_LISTS = "list the files in --include-from and --exclude, or name their directory";
    private static final String COMPARES = "the hub compares sizes and times, or with -c contents; leave it out";
    private static final String SERVER_LOGS = "the hub has its own log; leave it out";
    private static final String OTHER_TIMES = "the hub keeps only modification times; leave it out";

    private static final String PASSED_LETTERS = "vqnlogDHAXtrzcIWSmdRxOJC";
    private static final String DROPPED_LETTERS = "pEy";

    private static final Map<Character, String> REFUSED_LETTERS = Map.of(
            'L', LINKS,
            'K', LINKS,
            'k', LINKS,
            'b', BACKUPS,
            'u', COMPARES,
            'U', OTHER_TIMES,
            'N', OTHER_TIMES,
            's', "the hub reads the arguments from the command itself; leave it out, no shell sees them");

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9.,/+_\\[\\]-]{0,200}");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern RATE = Pattern.compile("[0-9.]{1,18}[A-Za-z]{0,3}");
    private static final Pattern FORMAT = Pattern.compile("[%A-Za-z]{1,16}");
    private static final Pattern UTF_8 = Pattern.compile("\\.|(?i:utf-?8)");
    private static final Pattern NOTHING = Pattern.compile("");

    /** The values that options may have; the empty pattern stands for none. */
    private static final Map<String, Pattern> PASSED = Map.ofEntries(
            Map.entry("--stats", NOTHING),
            Map.entry("--numeric-ids", NOTHING),
            Map.entry("--no-implied-dirs", NOTHING),
            Map.entry("--list-only", NOTHING),
            Map.entry("--ignore-missing-args", NOTHING),
            Map.entry("--msgs2stderr", NOTHING),
            Map.entry("--no-msgs2stderr", NOTHING),
            Map.entry("--new-compress", NOTHING),
            Map.entry("--old-compress", NOTHING),
            Map.entry("--no-i-r", NOTHING),
            Map.entry("--no-inc-recursive", NOTHING),
            Map.entry("--timeout", NUMBER),
            Map.entry("--max-size", NUMBER),
            Map.entry("--min-size", NUMBER),
            Map.entry("--modify-window", NUMBER),
            Map.entry("--compress-level", NUMBER),
            Map.entry("--compress-threads", NUMBER),
            Map.entry("--checksum-seed", NUMBER),
            Map.entry("--bwlimit", RATE),
            Map.entry("--compress-choice", WORD),
            Map.entry("--checksum-choice", WORD),
            Map.entry("--skip-compress", WORD),
            Map.entry("--info", WORD),
            Map.entry("--log-format", FORMAT),
            Map.entry("--iconv", UTF_8));

    private static final Set<String> DROPPED = Set.of(
            "--partial",
            "--delay-updates",
            "--fsync",
            "--preallocate",
            "--open-noatime",
            "--super",
            "--no-super",
            "--mkpath",
            "--safe-links",
            "--munge-links",
            "--usermap",
            "--groupmap");

    private static final Map<String, String> REFUSED = refused();

    private OptionRules() {}

    private static Map<String, String> refused() {
        Map<String, String> refused = new HashMap<>();
        Set.of("--remove-source-files", "--remove-sent-files").forEach(option -> refused.put(option, REMOVES_SOURCES));
        Set.of("--ignore-errors", "--max-delete").forEach(option -> refused.put(option, DELETES));
        Set.of("--inplace", "--append", "--append-verify", "--write-devices", "--copy-devices")
                .forEach(option -> refused.put(option, IN_PLACE));
        Set.of("--backup", "--backup-dir", "--suffix").forEach(option -> refused.put(option, BACKUPS));
        Set.of("--link-dest", "--copy-dest", "--compare-dest", "--temp-dir", "--partial-dir")
                .forEach(option -> refused.put(option, OTHER_FOLDERS));
        Set.of("--files-from", "--from0").forEach(option -> refused.put(option, FILE_LISTS));
        Set.of("--size-only", "--existing", "--ignore-existing", "--ignore-non-existing", "--update")
                .forEach(option -> refused.put(option, COMPARES));
        Set.of("--log-file", "--log-file-format", "--debug").forEach(option -> refused.put(option, SERVER_LOGS));
        Set.of("--copy-links", "--copy-unsafe-links", "--copy-dirlinks", "--keep-dirlinks")
                .forEach(option -> refused.put(option, LINKS));
        Set.of("--atimes", "--crtimes").forEach(option -> refused.put(option, OTHER_TIMES));
        refused.put("--secluded-args", REFUSED_LETTERS.get('s'));
        refused.put("--protect-args", REFUSED_LETTERS.get('s'));
        refused.put("--iconv", "names of records are in UTF-8; use --iconv=LOCAL,UTF-8");
        return Map.copyOf(refused);
    }

    /** What is done with an option. */
    enum Rule {
        /** Passed on to the program. */
        PASS,
        /** Left out: it means nothing here. */
        DROP,
        /** The request is refused. */
        REFUSE
    }

    /** What is done with a single-letter option. */
    static Rule ofLetter(char letter) {
        return PASSED_LETTERS.indexOf(letter) >= 0
                ? Rule.PASS
                : DROPPED_LETTERS.indexOf(letter) >= 0 ? Rule.DROP : Rule.REFUSE;
    }

    /** What is done with a long option, {@code --NAME} or {@code --NAME=VALUE}. */
    static Rule ofWord(String word) {
        String name = name(word);
        if (DROPPED.contains(name)) {
            return Rule.DROP;
        }
        Pattern value = PASSED.get(name);
        String given = word.substring(name.length());
        boolean fits = value != null
                && (value == NOTHING
                        ? given.isEmpty()
                        : given.startsWith("=")
                                && value.matcher(given.substring(1)).matches());
        return fits ? Rule.PASS : Rule.REFUSE;
    }

    /** Why an option is refused, and what to do instead. */
    static String reason(char letter) {
        return "-" + letter + ": "
                + Optional.ofNullable(REFUSED_LETTERS.get(letter)).orElse("the hub doesn't know this option");
    }

    /** Why an option is refused, and what to do instead. */
    static String reason(String word) {
        String name = name(word);
        String reason = REFUSED.get(name);
        if (reason == null) {
            reason = name.startsWith("--delete")
                    ? DELETES
                    : PASSED.containsKey(name)
                            ? "the hub doesn't accept this value"
                            : "the hub doesn't know this option; leave it out";
        }
        return name + ": " + reason;
    }

    private static String name(String word) {
        int equals = word.indexOf('=');
        return equals < 0 ? word : word.substring(0, equals);
    }
}
