package io.datahub.ssh.rsync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command by which bubblewrap runs rsync: in namespaces of its own, without network and capabilities, seeing only
 * the machine's libraries and the directories that it is given, able to write only where it is told, within limits of
 * memory, open files and, where the kernel counts them for each namespace, processes. It ends with the thread that started it, at the latest with the hub.
 */
final class Sandbox {

    /** What the program may write to. */
    static final Path WRITTEN = Path.of("/hub");

    /** Where the program writes what it receives. */
    static final Path RECEIVED = WRITTEN.resolve("received");

    /** Where the program writes what isn't complete, on the same file system. */
    static final Path UNFINISHED = WRITTEN.resolve("unfinished");

    /** Where the program sees records, read-only. */
    static final Path RECORDS = Path.of("/records");

    /** Where the program sees sizes and times of records, read-only. */
    static final Path TIMES = Path.of("/times");

    /** Where the program sees what it may send, read-only. */
    static final Path SENT = Path.of("/sent");

    /** Where the program sees copies of records, read-only. */
    static final Path COPIES = Path.of("/copies");

    private static final long MAX_MEMORY_KIB = 2L << 20;
    private static final int MAX_OPEN_FILES = 256;

    /** It has two that receive, or one that sends. */
    private static final int MAX_PROCESSES = 16;

    /** Shells differ in the name of the option. */
    private static final String LIMIT_PROCESSES =
            "{ ulimit -u " + MAX_PROCESSES + " || ulimit -p " + MAX_PROCESSES + "; } 2>/dev/null && ";

    private static final List<String> LIBRARIES = List.of("/bin", "/sbin", "/lib", "/lib32", "/lib64");

    private final List<String> words = new ArrayList<>();

    /**
     * Begins the command.
     *
     * @param bubblewrap the program {@code bwrap}
     * @param rsync the program {@code rsync}
     * @throws IOException if the machine's directories can't be read
     */
    Sandbox(Path bubblewrap, Path rsync) throws IOException {
        words.addAll(List.of(
                "/bin/sh",
                "-c",
                "ulimit -v " + MAX_MEMORY_KIB + " && ulimit -n " + MAX_OPEN_FILES + " && ulimit -c 0 && exec \"$@\"",
                "sh"));
        add(bubblewrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv");
        add("--setenv", "PATH", "/usr/bin:/bin");
        add("--setenv", "LANG", "C.UTF-8");
        add("--ro-bind", "/usr", "/usr", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache");
        for (String library : LIBRARIES) {
            Path folder = Path.of(library);
            if (Files.isSymbolicLink(folder)) {
                add("--symlink", Files.readSymbolicLink(folder), folder);
            } else if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                add("--ro-bind", folder, folder);
            }
        }
        if (!rsync.startsWith("/usr") && LIBRARIES.stream().noneMatch(rsync::startsWith)) {
            add("--ro-bind", rsync, rsync);
        }
        add("--dev", "/dev");
    }

    /** Makes a directory or file visible, read-only. */
    Sandbox reading(Path from, Path to) {
        return add("--ro-bind", from, to);
    }

    /** Makes a directory visible and writable. */
    Sandbox writing(Path from, Path to) {
        return add("--bind", from, to);
    }

    /** Chooses the working directory. */
    Sandbox in(Path folder) {
        return add("--chdir", folder);
    }

    /** Ends the command with the program and its arguments, which is limited in its number of processes. */
    List<String> runLimited(Path rsync, List<String> arguments) {
        // Within the namespace of users, so that only the processes in it are counted.
        return end("/bin/sh", List.of("-c", LIMIT_PROCESSES + "exec \"$@\"", "sh", rsync.toString()), arguments);
    }

    /** The same without that limit. */
    List<String> run(Path rsync, List<String> arguments) {
        return end(rsync, List.of(), arguments);
    }

    /** Ends the command with one that starts another process within the limit of processes, and fails if it can't. */
    List<String> testLimit() {
        return end("/bin/sh", List.of("-c", LIMIT_PROCESSES + "/bin/sh -c : && echo limited"), List.of());
    }

    private List<String> end(Object program, List<String> first, List<String> arguments) {
        // Both are in memory, and would be without limit.
        add("--remount-ro", "/", "--remount-ro", "/dev");
        add("--", program);
        words.addAll(first);
        words.addAll(arguments);
        return List.copyOf(words);
    }

    private Sandbox add(Object... more) {
        for (Object word : more) {
            words.add(word.toString());
        }
        return this;
    }
}
