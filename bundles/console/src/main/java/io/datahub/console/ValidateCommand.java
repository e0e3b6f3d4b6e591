package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorDirectory;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.ValidatorProperties;
import io.datahub.api.validation.ValidatorStatus;
import io.datahub.api.validation.Violation;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
import io.datahub.console.validation.DryRunValidation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.osgi.framework.ServiceReference;

/** {@code datahub:validate}. */
@Command(
        scope = "datahub",
        name = "validate",
        description = "Validates a record, or a file as if it were uploaded as that record, without storing it; with"
                + " --validator, validates stored records with one validator")
@Service
public final class ValidateCommand extends DatahubCommand {

    private static final int BUFFER_BYTES = 1 << 16;

    @Option(
            name = "--validator",
            description = "Uses only this validator, given as NAME or NAME/VERSION, even if it is inactive or on trial,"
                    + " for the record, all records in the directory, or all records")
    String validator;

    @Argument(name = "path", description = "The path of the record, such as builds/app.xml, or of a directory")
    String path = "";

    @Argument(index = 1, name = "file", description = "A file on the hub's machine; default: the record itself")
    String file;

    @Override
    public Object execute() throws IOException, InterruptedException {
        RecordStore store = service(RecordStore.class);
        if (validator != null) {
            dryRun(store);
            return null;
        }
        if (path.isEmpty()) {
            throw new CommandException("give a record, or a validator with --validator");
        }
        RecordPath record = require(RecordPath.parse(path));
        try (Draft draft =
                require(store.begin(new WriteRequest(User.HUB, CONSOLE.origin().toString(), record)))) {
            try (InputStream in = file == null
                    ? require(store.open(User.HUB, record)).stream()
                    : Files.newInputStream(Path.of(file))) {
                send(in, draft);
            }
            show(draft.validate());
        }
        return null;
    }

    private void dryRun(RecordStore store) throws IOException, InterruptedException {
        ValidatorStatus known = service(ValidatorDirectory.class).validators().stream()
                .filter(one -> one.service().isPresent())
                .filter(one -> validator.equals(one.id().name())
                        || validator.equals(one.id().toString()))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        "no validator " + validator + "; datahub:validators lists the validators"));
        ServiceReference<Validator> reference = known.service().orElseThrow();
        Validator instance = context.getService(reference);
        if (instance == null) {
            throw new CommandException("the validator " + validator + " can't be activated; the log has the reason");
        }
        String directory = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        Table table = new Table("path", "line", "column", "message");
        try (DryRunValidation run =
                new DryRunValidation(store, known, ValidatorProperties.timeLimit(reference), instance, table)) {
            run.validate(require(RecordPath.parse(directory)));
            print(table);
            if (!run.passed()) {
                throw new CommandException(run.summary());
            }
            if (!json) {
                System.out.println(run.summary());
            }
        }
    }

    private static void send(InputStream in, Draft draft) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            Optional<Refusal> refusal = draft.append(ByteBuffer.wrap(buffer, 0, count));
            if (refusal.isPresent()) {
                throw new CommandException(refusal.get().detail());
            }
        }
    }

    private void show(Result<List<ValidatorId>> result) {
        Optional<Refusal> refusal = result.refusal();
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
        require(result).forEach(accepted -> table.row(accepted.name(), accepted.version()));
        print(table);
    }
}
