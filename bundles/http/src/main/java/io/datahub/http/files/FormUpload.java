package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.validation.ValidatorId;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.RequestBodySink;
import io.datahub.jetty.web.WriteResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.Content;

/**
 * Reads the body of a form (RFC 7578) and stores its files as records of a directory. Each part is staged as it is
 * received; all parts are validated before the first one is committed.
 */
final class FormUpload extends RequestBodySink {

    private final FormParts parts;
    private final FormParser parser;
    private final boolean dryRun;

    /**
     * Creates a sink for one form.
     *
     * @param boundary the boundary between the parts
     * @param maxParts the maximum number of parts
     */
    FormUpload(Exchange exchange, FormParts parts, String boundary, int maxParts, boolean dryRun) {
        super(exchange);
        this.parts = parts;
        this.dryRun = dryRun;
        parser = new FormParser(boundary, maxParts, parts);
    }

    @Override
    public boolean take(Content.Chunk chunk) throws IOException {
        Optional<Refusal> refusal = parser.parse(chunk.getByteBuffer());
        refusal.ifPresent(this::refuse);
        return refusal.isEmpty();
    }

    @Override
    public void end() throws IOException {
        if (!parser.isComplete()) {
            refuse(new Refusal(Reason.BAD_REQUEST, "the form ends before its last boundary"));
            return;
        }
        if (parts.staged().isEmpty()) {
            exchange().refuse(Reason.BAD_REQUEST, "the form has no part with a file name");
            return;
        }
        try {
            List<List<ValidatorId>> validators = new ArrayList<>();
            for (FormParts.Staged each : parts.staged()) {
                Result<List<ValidatorId>> validation = each.draft().validate();
                if (validation.isRefused()) {
                    exchange().refuse(each.withPath(validation.refusal().orElseThrow()));
                    return;
                }
                validators.add(validation.get());
            }
            if (dryRun) {
                respond(validators);
            } else {
                commit();
            }
        } finally {
            parts.close();
        }
    }

    private void respond(List<List<ValidatorId>> validators) {
        exchange().json(200, JsonText.of(json -> {
            json.writeStartArray();
            for (int i = 0; i < validators.size(); i++) {
                FormParts.Staged each = parts.staged().get(i);
                WriteResponse.write(json, each.path(), each.size(), validators.get(i));
            }
            json.writeEndArray();
        }));
    }

    private void commit() throws IOException {
        List<Change> changes = new ArrayList<>();
        for (FormParts.Staged each : parts.staged()) {
            Draft draft = each.draft();
            Result<Change> committed = draft.commit();
            if (committed.isRefused()) {
                exchange().refuse(each.withPath(committed.refusal().orElseThrow()));
                return;
            }
            changes.add(committed.get());
        }
        boolean isNew = changes.stream().anyMatch(change -> change.type() == Change.Type.CREATED);
        exchange().json(isNew ? 201 : 200, JsonText.of(json -> {
            json.writeStartArray();
            for (Change change : changes) {
                WriteResponse.write(json, change);
            }
            json.writeEndArray();
        }));
    }

    @Override
    protected void discard() {
        parts.close();
    }
}
