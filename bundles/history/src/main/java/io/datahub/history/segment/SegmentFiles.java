package io.datahub.history.segment;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens, shortens and deletes the files of segments. */
final class SegmentFiles {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentFiles.class);

    private SegmentFiles() {}

    /**
     * Opens a segment. What a killed process left incomplete at the end of the last one is cut off.
     *
     * @return the segment; empty if it has no header
     * @throws IOException if the disk fails
     */
    static Optional<Segment> open(Path file, boolean isLast) throws IOException {
        Optional<SegmentHeader> header = SegmentHeader.parse(RecordReader.header(file));
        if (header.isEmpty()) {
            LOG.warn("event=history.segment.dropped file={} reason=\"it has no header\"", LogText.quoted(file));
            Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"));
            return Optional.empty();
        }
        Segment segment = new Segment(file, header.get());
        Optional<SegmentIndexFile.Content> content = SegmentIndexFile.read(file);
        if (isLast) {
            Files.deleteIfExists(SegmentIndexFile.of(file)); // the segment is going to be longer
        }
        if (content.isPresent()) {
            segment.load(content.get(), isLast ? firstMillis(file) : 0);
        } else {
            complete(segment, isLast);
        }
        return Optional.of(segment);
    }

    private static long firstMillis(Path file) throws IOException {
        try (RecordReader reader = new RecordReader(file, SegmentHeader.LENGTH, Files.size(file))) {
            return reader.next() ? reader.timeMillis() : 0;
        }
    }

    /** Finds the records of a segment; one that isn't the last of its log keeps what is no record, and is reported. */
    static void complete(Segment segment, boolean isLast) throws IOException {
        long size = Files.size(segment.file());
        scan(segment, size, Long.MAX_VALUE);
        boolean isWhole = segment.length() == size;
        if (!isWhole && isLast) {
            LOG.warn(
                    "event=history.segment.cut file={} bytes={}"
                            + " reason=\"a process or the machine stopped while they were written\"",
                    LogText.quoted(segment.file()),
                    size - segment.length());
            cut(segment);
        } else if (!isWhole) {
            LOG.error(
                    "event=history.segment.damaged file={} offset={} bytes={} consequence=\"cursors before its end are"
                            + " answered 410\" remedy=\"check the disk; restore the file from a backup\"",
                    LogText.quoted(segment.file()),
                    segment.length(),
                    size - segment.length());
        } else if (!isLast) {
            SegmentIndexFile.write(segment.file(), segment.content());
        }
    }

    /** Finds the records of a segment up to a number, or up to bytes that are no record. */
    static void scan(Segment segment, long size, long end) throws IOException {
        try (RecordReader reader = new RecordReader(segment.file(), SegmentHeader.LENGTH, size)) {
            while (reader.next() && reader.position().number() < end) {
                segment.found(reader.position(), reader.timeMillis(), reader.length());
            }
        }
    }

    /** Has a file end where the segment does. */
    static void cut(Segment segment) throws IOException {
        try (FileChannel channel = FileChannel.open(segment.file(), StandardOpenOption.WRITE)) {
            channel.truncate(segment.length());
            channel.force(true);
        }
    }

    /** Deletes the files of a segment. */
    static void delete(Segment segment) throws IOException {
        Files.deleteIfExists(SegmentIndexFile.of(segment.file()));
        Files.deleteIfExists(segment.file());
    }
}
