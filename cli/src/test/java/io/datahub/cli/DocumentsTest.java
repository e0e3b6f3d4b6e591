package io.datahub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DocumentsTest {

    @TempDir
    private Path directory;

    @Test
    void shouldCompleteEachOptionInFishAsItIsSpelled() throws IOException {
        Documents.write(Commands.lineFor(""), directory);

        List<String> fish = Files.readAllLines(directory.resolve("completion/datahub.fish"));
        for (CommandLine command : Commands.lineFor("").getSubcommands().values()) {
            boolean isAlone = command.getSubcommands().isEmpty();
            for (CommandLine leaf :
                    isAlone ? List.of(command) : command.getSubcommands().values()) {
                leaf.getCommandSpec()
                        .options()
                        .forEach(option -> assertThat(fish)
                                .anyMatch(line -> line.contains("_from " + leaf.getCommandName() + "'")
                                        && line.contains(List.of(option.names()).stream()
                                                .map(name -> name.replaceFirst("^--", "-l ")
                                                        .replaceFirst("^-(?!l )", "-s "))
                                                .collect(Collectors.joining(" ", " ", " ")))));
            }
        }
    }

    @Test
    void shouldHaveAManualPageForEachCommandAndOneForAll() throws IOException {
        Documents.write(Commands.lineFor(""), directory);

        String overview = Files.readString(directory.resolve("man/man1/datahub.1"));
        for (String name : Commands.NAMES) {
            assertThat(directory.resolve("man/man1/datahub-" + name + ".1")).isRegularFile();
            assertThat(overview).contains(".B " + name + "\n");
        }
    }
}
