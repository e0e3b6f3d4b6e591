package io.datahub.console;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.Violation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:validate}. */
@Command(
        scope = "datahub",
        name = "validate",
        description = "Judges a record, or a file as if it were uploaded as that record, and keeps nothing")
@Service
public final class ValidateCommand extends DatahubCommand {

    private static final int BUFFER_BYTES = 1 << 16;

    @Argument(name = "path", description = "The path of the record, such as builds/app.xml", required = true)
    String path;

    @Argument(index = 1, name = "file", description = "A file on the hub's machine; the record itself if left out")
    String file;

    @Override
    public Object execute() throws IOException {
        RecordStore store = service(RecordStore.class);
        RecordPath record = done(RecordPath.parse(path));
        try (Upload upload =
                done(store.begin(new WriteRequest(User.HUB, CONSOLE.origin().toString(), record)))) {
            if (file == null) {
                try (Reading reading = done(store.open(User.HUB, record))) {
                    send(reading.channel(), upload);
                }
            } else {
                try (FileChannel bytes = FileChannel.open(Path.of(file))) {
                    send(bytes, upload);
                }
            }
            show(upload.judge());
        }
        return null;
    }

    private static void send(FileChannel bytes, Upload upload) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (bytes.read(buffer.clear()) >= 0) {
            Optional<Refusal> refusal = upload.write(buffer.flip());
            if (refusal.isPresent()) {
                throw new CommandFailed(refusal.get().detail());
            }
        }
    }

    private void show(Result<List<JudgedBy>> judgement) {
        Optional<Refusal> refusal = judgement.refusal();
        if (refusal.isPresent()) {
            Table table = new Table("validator", "version", "line", "column", "message");
            for (Violation violation : refusal.get().violations()) {
                table.row(
                        violation.validator(),
                        violation.version(),
                        violation.line(),
                        violation.column(),
                        violation.message());
            }
            print(table);
        }
        Table table = new Table("validator", "version");
        done(judgement).forEach(judge -> table.row(judge.name(), judge.version()));
        print(table);
    }
}
