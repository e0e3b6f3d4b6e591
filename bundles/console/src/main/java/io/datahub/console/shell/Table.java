package io.datahub.console.shell;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.table.ShellTable;

/** Rows with named columns, printed as aligned columns or as a JSON array of objects. */
public final class Table {

    private static final JsonFactory JSON = new JsonFactory();

    private final List<String> columns;
    private final List<List<Object>> rows = new ArrayList<>();
    private final Map<String, String> formerNames = new HashMap<>();

    /** Creates a table without rows. */
    public Table(String... columns) {
        this.columns = List.of(columns);
    }

    /** Repeats a column in JSON under its former name, which scripts may read. */
    public Table formerName(String column, String former) {
        formerNames.put(column, former);
        return this;
    }

    /** Adds a row. Numbers, booleans and collections keep their types in JSON; everything else becomes a string. */
    public Table row(Object... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** Prints aligned columns. */
    public void print(PrintStream out) {
        ShellTable table = new ShellTable();
        columns.forEach(table::column);
        for (List<Object> row : rows) {
            table.addRow().addContent(row.stream().map(Table::text).toArray());
        }
        table.emptyTableText("(none)").print(out);
    }

    private static String text(Object cell) {
        return cell instanceof Collection<?> collection
                ? collection.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : String.valueOf(cell);
    }

    /** Returns all rows as one JSON array. */
    public String toJson() {
        return rows.stream().map(this::toJson).collect(Collectors.joining(",", "[", "]"));
    }

    /** Returns one JSON object per line. */
    public String toJsonLines() {
        return rows.stream().map(this::toJson).collect(Collectors.joining("\n"));
    }

    private String toJson(List<Object> row) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (int i = 0; i < columns.size(); i++) {
                write(json, columns.get(i), row.get(i));
                if (formerNames.containsKey(columns.get(i))) {
                    write(json, formerNames.get(columns.get(i)), row.get(i));
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, String column, Object cell) throws IOException {
        json.writeFieldName(column);
        if (cell instanceof Number number) {
            json.writeNumber(number.longValue());
        } else if (cell instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (cell instanceof Collection<?> collection) {
            json.writeStartArray();
            for (Object item : collection) {
                json.writeString(String.valueOf(item));
            }
            json.writeEndArray();
        } else {
            json.writeString(String.valueOf(cell));
        }
    }
}
