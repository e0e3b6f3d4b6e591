package io.datahub.jetty.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.FrameworkUtil;

class DeclaredHandlersTest {

    private static final String COMPONENT = """
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="org.example.Files">
              <property name="threads" type="Integer" value="0"/>
              <property name="datahub.http.path" type="String" value="/files"/>
              <property name="service.ranking" type="Integer" value="100"/>
              <service>
                <provide interface="io.datahub.api.health.HealthCheck"/>
                <provide interface="org.eclipse.jetty.server.Handler"/>
              </service>
              <implementation class="org.example.Files"/>
            </scr:component>
            """;

    private final HandlerRegistry registry = new HandlerRegistry(new Server());

    @TempDir
    private Path folder;

    @Test
    void shouldReadTheDeclaredHandlerOfAComponent() throws Exception {
        assertThat(read(COMPONENT))
                .containsExactly(new DeclaredHandler("org.example.Files", "/files", false, false, 100));
    }

    @Test
    void shouldReadHowTheHandlerUsesItsPath() throws Exception {
        String shared = "<property name=\"datahub.http.exact\" type=\"Boolean\" value=\"true\"/>"
                + "<property name=\"datahub.http.shared\" type=\"Boolean\" value=\"true\"/>";
        assertThat(read(COMPONENT.replace("<service>", shared + "<service>")))
                .containsExactly(new DeclaredHandler("org.example.Files", "/files", true, true, 100));
    }

    @Test
    void shouldDefaultTheNameToTheClass() throws Exception {
        assertThat(read(COMPONENT.replace(" name=\"org.example.Files\"", "")))
                .containsExactly(new DeclaredHandler("org.example.Files", "/files", false, false, 100));
    }

    @Test
    void shouldReadSeveralComponentsOfOneFile() throws Exception {
        assertThat(read("<all>" + COMPONENT + COMPONENT.replace("/files", "/more") + "</all>"))
                .extracting(DeclaredHandler::path)
                .containsExactly("/files", "/more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled=\"false\"", "configuration-policy=\"require\""})
    void shouldIgnoreComponentsThatMayNeverBeActivated(String attribute) throws Exception {
        assertThat(read(COMPONENT.replace(" name=\"org", " " + attribute + " name=\"org")))
                .isEmpty();
    }

    @Test
    void shouldIgnoreOtherServices() throws Exception {
        assertThat(read(COMPONENT.replace("org.eclipse.jetty.server.Handler", "org.example.Handler")))
                .isEmpty();
    }

    @Test
    void shouldReportAnInvalidDescription() {
        assertThatThrownBy(() -> read("<a>")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OSGI-INF/files.xml", "OSGI-INF/other.xml, OSGI-INF/*.xml"})
    void shouldListDeclaredHandlersUntilTheBundleIsUninstalled(String header) throws Exception {
        Bundle bundle = bundle(header, "a.b,org.eclipse.jetty.server;version=\"[12.1,13)\"");
        DeclaredHandlers declared = new DeclaredHandlers(null, registry);

        declared.addingBundle(bundle, null);

        assertThat(registry.lookup("/files/a")).hasSize(1).allSatisfy(registration -> {
            assertThat(registration.isAvailable()).isFalse();
            assertThat(registration.matches(new DeclaredHandler("org.example.Files", "/files", false, false, 100), 7))
                    .isTrue();
        });
        declared.removedBundle(bundle, null, bundle);
        assertThat(registry.lookup("/files/a")).isEmpty();
    }

    @Test
    void shouldReloadDeclaredHandlersWhenTheBundleIsUpdated() throws Exception {
        Bundle bundle = bundle("OSGI-INF/files.xml", "org.eclipse.jetty.server");
        DeclaredHandlers declared = new DeclaredHandlers(null, registry);
        declared.addingBundle(bundle, null);
        write(COMPONENT.replace("/files", "/renamed"));

        declared.modifiedBundle(bundle, new BundleEvent(BundleEvent.STOPPED, bundle), bundle);
        assertThat(registry.lookup("/files")).hasSize(1);
        declared.modifiedBundle(bundle, new BundleEvent(BundleEvent.UPDATED, bundle), bundle);

        assertThat(registry.lookup("/files")).isEmpty();
        assertThat(registry.lookup("/renamed")).hasSize(1);
    }

    @Test
    void shouldNotReadBundlesThatCannotHaveHandlers() throws Exception {
        new DeclaredHandlers(null, registry).addingBundle(bundle("OSGI-INF/files.xml", "org.osgi.framework"), null);

        assertThat(registry.lookup("/files")).isEmpty();
    }

    private static List<DeclaredHandler> read(String description) throws IOException {
        return DeclaredHandler.read(new ByteArrayInputStream(description.getBytes(StandardCharsets.UTF_8)));
    }

    private void write(String description) throws IOException {
        Files.writeString(folder.resolve("files.xml"), description);
    }

    /** Bundle 7, whose folder {@code OSGI-INF} contains one file, {@code files.xml}. */
    private Bundle bundle(String components, String imports) throws IOException {
        write(COMPONENT);
        Dictionary<String, String> headers =
                FrameworkUtil.asDictionary(Map.of("Service-Component", components, "Import-Package", imports));
        URL file = folder.resolve("files.xml").toUri().toURL();
        return (Bundle) Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getBundleId" -> 7L;
                    case "getHeaders" -> headers;
                    case "findEntries" ->
                        List.of("files.xml", "*.xml").contains(arguments[1])
                                ? Collections.enumeration(List.of(file))
                                : null;
                    case "toString" -> "bundle";
                    case "hashCode" -> 7;
                    case "equals" -> proxy == arguments[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
