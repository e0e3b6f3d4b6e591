package io.datahub.ssh.checksum;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.ssh.session.BlockingCommand;
import io.datahub.ssh.session.ClientPath;
import io.datahub.ssh.session.RefusalText;
import io.datahub.ssh.session.SshSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Prints the checksums of records: from the index where it has them, otherwise by reading. */
final class ChecksumCommand extends BlockingCommand {

    private static final int BUFFER_BYTES = 65_536;
    private static final String STANDARD_INPUT = "-";
    private static final String INDEXED = "SHA-256";

    private final String algorithm;
    private final List<String> paths;

    ChecksumCommand(SshSession session, String algorithm, List<String> paths) {
        super(session);
        this.algorithm = algorithm;
        this.paths = paths;
    }

    @Override
    protected int run(InputStream input, OutputStream output) throws IOException {
        int status = 0;
        for (String path : paths) {
            Result<String> sum = path.equals(STANDARD_INPUT) ? Result.done(digest(input)) : sum(path);
            if (sum instanceof Result.Done<String> done) {
                output.write((done.value() + "  " + path + "\n").getBytes(StandardCharsets.UTF_8));
            } else {
                complain(path + ": " + RefusalText.of(sum.refusal().orElseThrow()));
                status = 1;
            }
        }
        return status;
    }

    private Result<String> sum(String text) throws IOException {
        Result<RecordPath> path = ClientPath.parse(text);
        if (path.isRefused()) {
            return Result.refused(path.refusal().orElseThrow());
        }
        Result<Reading> opened = session().store().open(session().user(), path.get());
        if (opened.isRefused()) {
            return Result.refused(opened.refusal().orElseThrow());
        }
        try (Reading reading = opened.get()) {
            Optional<String> indexed =
                    algorithm.equals(INDEXED) ? reading.version().sha256() : Optional.empty();
            return Result.done(indexed.isPresent() ? indexed.get() : digest(reading.stream()));
        }
    }

    private String digest(InputStream bytes) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(algorithm + " is missing in this Java runtime", e);
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        int count = bytes.read(buffer);
        while (count >= 0 && !isCut()) {
            digest.update(buffer, 0, count);
            count = bytes.read(buffer);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
