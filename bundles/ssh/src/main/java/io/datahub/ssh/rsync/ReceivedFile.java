package io.datahub.ssh.rsync;

import io.datahub.api.path.RecordPath;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that the program has received.
 *
 * @param file where it is
 * @param path the record that it is to become
 */
record ReceivedFile(Path file, RecordPath path, BasicFileAttributes attributes) {}
