package io.datahub.validators.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.AbsoluteIri;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import com.networknt.schema.resource.InputStreamSource;
import com.networknt.schema.resource.SchemaLoader;
import io.datahub.validators.support.Findings;
import io.datahub.validators.support.RecordReference;
import io.datahub.validators.support.SchemaSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Compiles a JSON Schema. References are resolved to records, and meta-schemas are loaded from the library, never from
 * the network. One instance per compilation.
 */
public final class JsonSchemaCompiler extends SchemaLoader {

    private static final Pattern META_SCHEMA = Pattern.compile("https?://json-schema\\.org/(.*?)#?");

    private static final String RECORD_PREFIX = RecordReference.SCHEME + ":";

    private final SchemaSource source;

    private JsonSchemaCompiler(SchemaSource source) {
        super(List.of(), List.of());
        this.source = source;
    }

    /**
     * Parses the draft of schemas without {@code $schema}.
     *
     * @throws IllegalArgumentException if the draft is unknown
     */
    public static SpecificationVersion draft(String name) {
        return switch (name.strip()) {
            case "4" -> SpecificationVersion.DRAFT_4;
            case "6" -> SpecificationVersion.DRAFT_6;
            case "7" -> SpecificationVersion.DRAFT_7;
            case "2019-09" -> SpecificationVersion.DRAFT_2019_09;
            case "2020-12" -> SpecificationVersion.DRAFT_2020_12;
            default -> throw new IllegalArgumentException("draft is " + name + "; it is 4, 6, 7, 2019-09 or 2020-12");
        };
    }

    /**
     * Compiles the schema.
     *
     * @param draft the draft of a schema without {@code $schema}
     * @throws IOException if a record is missing, can't be read, or isn't a valid schema
     */
    public static Schema compile(SchemaSource source, SpecificationVersion draft) throws IOException {
        try {
            JsonSchemaCompiler compiler = new JsonSchemaCompiler(source);
            SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                    .pathType(PathType.JSON_POINTER)
                    .locale(Locale.ENGLISH)
                    .regularExpressionFactory(BoundedPattern::new)
                    .build();
            SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                    draft, builder -> builder.schemaLoader(compiler).schemaRegistryConfig(config));
            JsonNode node =
                    compiler.parse(source.read(source.main()), source.main().toString());
            validateByMetaSchema(registry, node, draft);
            Schema schema = registry.getSchema(
                    SchemaLocation.of(RecordReference.address(source.main()).toString()), node);
            schema.initializeValidators();
            return schema;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RuntimeException | StackOverflowError e) {
            throw new IOException("the schema " + source.main() + " is invalid: " + e.getMessage(), e);
        }
    }

    private static void validateByMetaSchema(SchemaRegistry registry, JsonNode schema, SpecificationVersion draft) {
        String dialect = schema.path("$schema").asText(draft.getDialectId());
        if (SpecificationVersion.fromDialectId(dialect).isEmpty()) {
            throw new IllegalArgumentException("its $schema is " + dialect + ", which the hub doesn't support");
        }
        Schema meta = registry.getSchema(SchemaLocation.of(dialect));
        BoundedEvaluation evaluation = new BoundedEvaluation(1, Long.MAX_VALUE, false);
        try {
            meta.validate(evaluation, schema);
        } catch (BoundedEvaluation.TooManyViolationsException e) {
            // one error is enough
        }
        if (!evaluation.errors().isEmpty()) {
            throw new IllegalArgumentException(
                    JsonSchemaCheck.message(evaluation.errors().get(0)));
        }
    }

    @Override
    public InputStreamSource getSchemaResource(AbsoluteIri iri) {
        String address = iri.toString();
        try {
            var meta = META_SCHEMA.matcher(address);
            if (meta.matches()) {
                InputStream resource = SchemaLoader.class.getResourceAsStream("/" + meta.group(1));
                if (resource == null) {
                    throw new IOException("there is no meta-schema " + address);
                }
                return () -> resource;
            }
            String reference = address.startsWith(RECORD_PREFIX) ? address.substring(RECORD_PREFIX.length()) : address;
            byte[] bytes = source.read(source.resolve(null, reference));
            parse(bytes, address);
            return () -> new ByteArrayInputStream(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode parse(byte[] bytes, String name) throws IOException {
        Findings findings = new Findings();
        return SecureJson.parse(new ByteArrayInputStream(bytes), findings)
                .orElseThrow(() -> new IOException("the schema " + name + " is invalid, line "
                        + findings.all().get(0).line() + ": "
                        + findings.all().get(0).message()));
    }
}
