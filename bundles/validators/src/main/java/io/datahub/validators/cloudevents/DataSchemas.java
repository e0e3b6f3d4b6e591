package io.datahub.validators.cloudevents;

import com.networknt.schema.Schema;
import com.networknt.schema.SpecificationVersion;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import io.datahub.api.validation.WildcardPattern;
import io.datahub.validators.json.JsonSchemaCompiler;
import io.datahub.validators.support.Catalog;
import io.datahub.validators.support.CommaSeparated;
import io.datahub.validators.support.Findings;
import io.datahub.validators.support.SchemaRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Finds the record with the data schema for an event type. Thread-safe. */
final class DataSchemas {

    private static final int MAX_CACHED = 1_000;
    private static final String TYPE = "{type}";
    private static final Pattern WHITESPACE = Pattern.compile("\\s+");
    private static final Pattern SAFE_TYPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

    private final RecordStore store;
    private final Catalog catalog;
    private final SpecificationVersion draft;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<RecordPath, SchemaRecord<Schema>> cache = new ConcurrentHashMap<>();

    /**
     * A configuration item.
     *
     * @param types the event types that it applies to
     * @param path the path of the record, which may contain {@code {type}}
     */
    private record Rule(WildcardPattern types, String path) {}

    /** @throws IllegalArgumentException if an item isn't {@code TYPE PATH} */
    DataSchemas(RecordStore store, Catalog catalog, SpecificationVersion draft, String... items) {
        this.store = store;
        this.catalog = catalog;
        this.draft = draft;
        for (String item : CommaSeparated.of(items)) {
            String[] fields = WHITESPACE.split(item, -1);
            if (fields.length != 2
                    || RecordPath.parse(fields[1].replace(TYPE, "x")).isRefused()) {
                throw new IllegalArgumentException("dataSchemas has \"" + item
                        + "\"; each item is TYPE PATH, such as dev.cdevents.* schemas/cdevents/{type}.json");
            }
            rules.add(new Rule(WildcardPattern.ofText(fields[0]), fields[1]));
        }
    }

    /**
     * Returns the schema for an event type.
     *
     * @param findings receives a violation if the type requires a schema that doesn't exist
     * @return empty if the type requires no schema, or the schema doesn't exist
     * @throws IOException if the schema can't be read or is invalid
     */
    Optional<Schema> of(String type, Findings findings) throws IOException, InterruptedException {
        for (Rule rule : rules) {
            if (rule.types().matches(type)) {
                boolean perType = rule.path().contains(TYPE);
                if (perType && !SAFE_TYPE.matcher(type).matches()) {
                    findings.add("there is no schema for its type, which has unusual characters");
                    return Optional.empty();
                }
                RecordPath path = RecordPath.of(rule.path().replace(TYPE, type));
                if (perType && store.find(User.HUB, path).isRefused()) {
                    findings.add("there is no schema for the type " + type + "; it would be the record " + path);
                    return Optional.empty();
                }
                return Optional.of(schema(path).current());
            }
        }
        return Optional.empty();
    }

    private SchemaRecord<Schema> schema(RecordPath path) {
        if (cache.size() > MAX_CACHED) {
            cache.clear();
        }
        return cache.computeIfAbsent(
                path,
                key -> new SchemaRecord<>(store, catalog, path, source -> JsonSchemaCompiler.compile(source, draft)));
    }
}
