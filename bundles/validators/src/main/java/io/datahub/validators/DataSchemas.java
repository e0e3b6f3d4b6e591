package io.datahub.validators;

import com.networknt.schema.Schema;
import com.networknt.schema.SpecificationVersion;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import io.datahub.api.validation.WildcardPattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Which record holds the schema for the data of which type of event. For any thread. */
final class DataSchemas {

    private static final int MOST_KEPT = 1_000;
    private static final String TYPE = "{type}";
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

    private final RecordStore store;
    private final Catalog catalog;
    private final SpecificationVersion draft;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<RecordPath, SchemaRecord<Schema>> schemas = new ConcurrentHashMap<>();

    /**
     * A line of the configuration.
     *
     * @param types which types it is about
     * @param path the record, in which {@code {type}} may stand
     */
    private record Rule(WildcardPattern types, String path) {}

    /** @throws IllegalArgumentException if an item isn't {@code TYPE PATH} */
    DataSchemas(RecordStore store, Catalog catalog, SpecificationVersion draft, String... items) {
        this.store = store;
        this.catalog = catalog;
        this.draft = draft;
        for (String item : Items.of(items)) {
            String[] parts = BLANKS.split(item, -1);
            if (parts.length != 2
                    || RecordPath.parse(parts[1].replace(TYPE, "x")).isRefused()) {
                throw new IllegalArgumentException("dataSchemas has \"" + item
                        + "\"; each item is TYPE PATH, such as dev.cdevents.* schemas/cdevents/{type}.json");
            }
            rules.add(new Rule(WildcardPattern.ofText(parts[0]), parts[1]));
        }
    }

    /**
     * The schema for a type.
     *
     * @param findings get it when there should be one for the type and is none
     * @return empty if none is asked for, or there is none
     * @throws IOException if the schema can't be read or is no good
     */
    Optional<Schema> of(String type, Findings findings) throws IOException, InterruptedException {
        for (Rule rule : rules) {
            if (rule.types().matches(type)) {
                boolean named = rule.path().contains(TYPE);
                if (named && !SAFE.matcher(type).matches()) {
                    findings.add(0, 0, "there is no schema for its type, which has unusual characters");
                    return Optional.empty();
                }
                RecordPath path = RecordPath.of(rule.path().replace(TYPE, type));
                if (named && store.find(User.HUB, path).isRefused()) {
                    findings.add(0, 0, "there is no schema for the type " + type + "; it would be the record " + path);
                    return Optional.empty();
                }
                return Optional.of(schema(path).current());
            }
        }
        return Optional.empty();
    }

    private SchemaRecord<Schema> schema(RecordPath path) {
        if (schemas.size() > MOST_KEPT) {
            schemas.clear();
        }
        return schemas.computeIfAbsent(
                path,
                any -> new SchemaRecord<>(store, catalog, path, source -> JsonSchemaCompiler.compile(source, draft)));
    }
}
