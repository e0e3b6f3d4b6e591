package io.datahub.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cyclonedx.model.Bom;
import org.cyclonedx.model.Component;
import org.cyclonedx.parsers.JsonParser;
import org.junit.jupiter.api.Test;

/** {@code datahub.cdx.json}, as other people's tools read it. */
class BillOfMaterialsIT {

    private final Path distribution = Path.of(System.getProperty("datahub.distribution", "target/assembly"));
    private final Path file = distribution.resolve("datahub.cdx.json");

    /** By the schema that CycloneDX has published for the version that the document names. */
    @Test
    void shouldFollowTheSchemaOfCycloneDx() throws Exception {
        assertThat(new JsonParser().validate(file.toFile())).isEmpty();
    }

    @Test
    void shouldNameEachJarOfTheRepository() throws Exception {
        Bom bom = new JsonParser().parse(file.toFile());

        List<String> places;
        try (Stream<Path> files = Files.walk(distribution.resolve("system"))) {
            places = files.filter(each -> each.toString().endsWith(".jar"))
                    .map(each -> distribution.resolve("system").relativize(each.getParent()))
                    .map(Path::toString)
                    .toList();
        }
        assertThat(bom.getComponents()).map(BillOfMaterialsIT::place).containsAll(places);
    }

    private static String place(Component component) {
        return component.getGroup().replace('.', '/') + "/" + component.getName() + "/" + component.getVersion();
    }
}
