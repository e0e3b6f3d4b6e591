package io.datahub.postgres;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Usage;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Writes attempts as the argument of {@code commit_1}. */
final class BatchWriter {

    private static final int PREFIX = 0;
    private static final int OWNER = 1;

    private final JsonGenerator json;

    private BatchWriter(JsonGenerator json) {
        this.json = json;
    }

    static String write(List<Attempt> attempts) {
        return JsonTexts.write(json -> new BatchWriter(json).writeAll(attempts));
    }

    /** The kind of a subject in the table of usage. */
    static int kind(Usage.Subject subject) {
        return subject instanceof Usage.Prefix ? PREFIX : OWNER;
    }

    /** The text of a subject in the table of usage. */
    static String text(Usage.Subject subject) {
        return subject instanceof Usage.Prefix prefix ? prefix.prefix() : ((Usage.Owner) subject).name();
    }

    private void writeAll(List<Attempt> attempts) throws IOException {
        json.writeStartArray();
        for (Attempt attempt : attempts) {
            json.writeStartObject();
            json.writeStringField("id", attempt.id().toString());
            json.writeStringField("user", attempt.user());
            json.writeArrayFieldStart("ops");
            for (Operation operation : attempt.operations()) {
                json.writeStartObject();
                writeOperation(operation);
                json.writeEndObject();
            }
            json.writeEndArray();
            if (!attempt.limits().isEmpty()) {
                writeLimits(attempt.limits());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeLimits(List<Usage.Limit> limits) throws IOException {
        json.writeArrayFieldStart("limits");
        for (Usage.Limit limit : limits) {
            json.writeStartObject();
            json.writeNumberField("k", kind(limit.subject()));
            json.writeStringField("s", text(limit.subject()));
            json.writeNumberField("b", limit.bytes());
            json.writeNumberField("f", limit.files());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeOperation(Operation operation) throws IOException {
        if (operation instanceof Operation.Put put) {
            begin("put", put.path());
            expect(put.expected());
            writeVersion(put.version());
            optional("validators", Optional.ofNullable(JsonTexts.ofValidators(put.validators())));
        } else if (operation instanceof Operation.Delete delete) {
            begin("delete", delete.path());
            expect(delete.expected());
        } else if (operation instanceof Operation.Reject reject) {
            begin("reject", reject.version().path());
            writeRejected(reject.version());
            optional("validators", Optional.ofNullable(JsonTexts.ofValidators(reject.validators())));
            optional("violations", Optional.ofNullable(JsonTexts.ofViolations(reject.violations())));
        } else if (operation instanceof Operation.SetClientModified set) {
            begin("time", set.path());
            expect(set.expected());
            optional("client", set.time().map(Instant::toString));
        } else if (operation instanceof Operation.MakeDirectory make) {
            begin("mkdir", make.path());
            json.writeBooleanField("flag", make.mustBeNew());
        } else if (operation instanceof Operation.RemoveDirectory remove) {
            begin("rmdir", remove.path());
            json.writeBooleanField("flag", remove.onlyImplicit());
        } else if (operation instanceof Operation.EndDraft end) {
            json.writeStringField("k", "end");
            json.writeStringField("draft", end.name());
            json.writeNumberField("generation", end.generation());
            optional("etag", end.etag());
        }
    }

    private void begin(String kind, RecordPath path) throws IOException {
        json.writeStringField("k", kind);
        json.writeStringField("p", path.parent().toString());
        json.writeStringField("n", path.name());
    }

    private void expect(Expectation expected) throws IOException {
        if (expected.etag().isPresent()) {
            json.writeStringField("e", expected.etag().get());
        } else {
            json.writeBooleanField("any_version", true);
        }
    }

    private void writeVersion(NewVersion version) throws IOException {
        json.writeStringField("etag", version.etag());
        json.writeNumberField("size", version.size());
        json.writeStringField("sha256", version.sha256());
        json.writeStringField("blob", version.blob());
        json.writeStringField("owner", version.user());
        optional("client", version.clientModified().map(Instant::toString));
    }

    private void writeRejected(RecordVersion version) throws IOException {
        json.writeNumberField("size", version.size());
        json.writeNumberField("modified", Rows.nanos(version.modified()));
        optional("etag", version.etag());
        optional("sha256", version.sha256());
        optional("client", version.clientModified().map(Instant::toString));
    }

    private void optional(String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }
}
