package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.config.ConfigurationProblems;
import io.datahub.test.contract.ConfigurationProblemsContract;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.apache.felix.cm.impl.ConfigurationManager;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Loads files into the Configuration Admin of a framework. */
@Timeout(60)
class ConfigurationLoaderTest extends ConfigurationProblemsContract {

    private static final String METATYPE = """
            <MetaData><OCD id="x"><AD id="port" type="Integer" min="1" max="65535" default="1"/></OCD>
            <Designate pid="io.datahub.x"><Object ocdref="x"/></Designate></MetaData>
            """;
    private static final String VALIDATOR = """
            <MetaData><OCD id="v"><AD id="paths" type="String"/><AD id="schema" type="String"/></OCD>
            <Designate factoryPid="io.datahub.v"><Object ocdref="v"/></Designate></MetaData>
            """;
    private static final String COMPONENT = "<component name='x.Y' configuration-pid='io.datahub.guest'/>";

    @TempDir
    private Path folder;

    private Path etc;
    private Framework framework;
    private BundleContext context;
    private ConfigurationAdmin admin;
    private ConfigurationLoader loader;

    @BeforeEach
    void setUp() throws Exception {
        etc = Files.createDirectory(folder.resolve("etc"));
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        "org.osgi.service.cm;version=1.6"));
        framework.start();
        context = framework.getBundleContext();
        context.installBundle("reference:"
                        + ConfigurationManager.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation())
                .start();
        install("datahub-x", "OSGI-INF/metatype/x.xml", METATYPE);
        admin = context.getService(context.getServiceReference(ConfigurationAdmin.class));
        loader = newLoader();
    }

    @AfterEach
    void tearDown() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Override
    protected ConfigurationProblems configurationProblems() {
        return loader::problems;
    }

    @Override
    protected void makeInvalid(String file) throws Exception {
        put(file, "port = many");
    }

    @Override
    protected void makeDoubtful(String file) throws Exception {
        put(file, "port = 80\nprot = 80");
    }

    @Override
    protected void makeValid(String file) throws Exception {
        put(file, "port = 80");
    }

    private void put(String file, String text) throws IOException {
        if (Files.exists(etc.resolve(file))) {
            change(file, text);
        } else {
            write(file, text);
            loader.start();
        }
    }

    @Test
    void shouldLoadTheFilesAtStart() throws Exception {
        write("io.datahub.x.cfg", "port = 80");
        write("org.other.cfg", "port = x");

        loader.start();

        assertThat(properties("io.datahub.x")).containsEntry("port", "80");
        assertThat(properties("org.other")).isNull();
        assertThat(loader.check().ready()).isTrue();
    }

    @Test
    void shouldLoadAChangedFileOnceItIsStable() throws Exception {
        write("io.datahub.x.cfg", "port = 80");
        loader.start();

        write("io.datahub.x.cfg", "port = 8081");
        loader.poll();
        assertThat(properties("io.datahub.x")).containsEntry("port", "80");

        loader.poll();
        assertThat(properties("io.datahub.x")).containsEntry("port", "8081");
    }

    @Test
    void shouldKeepThePreviousVersionWhileAFileIsInvalid() throws Exception {
        write("io.datahub.x.cfg", "port = 80");
        loader.start();

        change("io.datahub.x.cfg", "port = many");

        assertThat(properties("io.datahub.x")).containsEntry("port", "80");
        assertThat(loader.check().degraded()).isTrue();
        assertThat(loader.check().detail())
                .contains("etc/io.datahub.x.cfg: port: \"many\"", "the previous version stays in effect");

        change("io.datahub.x.cfg", "port = 81");

        assertThat(properties("io.datahub.x")).containsEntry("port", "81");
        assertThat(loader.check().degraded()).isFalse();
    }

    @Test
    void shouldBeDownWhileAFileIsInvalidSinceStart() throws Exception {
        write("io.datahub.x.cfg", "port = many");
        loader.start();

        assertThat(loader.check().ready()).isFalse();
    }

    @Test
    void shouldLoadAnInvalidValidatorSoThatWhatItShouldValidateIsBlocked() throws Exception {
        install("datahub-v", "OSGI-INF/metatype/v.xml", VALIDATOR);
        write("io.datahub.v-atstart.cfg", "paths = builds/**");
        loader.start();

        write("io.datahub.v-later.cfg", "paths = builds/**");
        loader.poll();
        loader.poll();

        assertThat(properties("io.datahub.v~atstart")).containsEntry("paths", "builds/**");
        assertThat(properties("io.datahub.v~later")).containsEntry("paths", "builds/**");
        assertThat(loader.check().detail()).contains("etc/io.datahub.v-atstart.cfg: schema: must be set");
    }

    @Test
    void shouldNotLoadAValidatorWithoutPaths() throws Exception {
        install("datahub-v", "OSGI-INF/metatype/v.xml", VALIDATOR);
        write("io.datahub.v-one.cfg", "schema = schemas/one.json");

        loader.start();

        assertThat(configuration("io.datahub.v~one")).isNull();
    }

    @Test
    void shouldRemoveTheConfigurationOfADeletedFile() throws Exception {
        Path file = write("io.datahub.x.cfg", "port = 80");
        loader.start();

        Files.delete(file);
        loader.poll();
        loader.poll();

        assertThat(properties("io.datahub.x")).isNull();
    }

    @Test
    void shouldRemoveTheConfigurationOfAFileThatWasDeletedWhileTheHubWasStopped() throws Exception {
        Path file = write("io.datahub.x-one.cfg", "port = 80");
        loader.start();
        assertThat(properties("io.datahub.x~one")).containsEntry("port", "80");

        Files.delete(file);
        newLoader().start();

        assertThat(properties("io.datahub.x~one")).isNull();
    }

    @Test
    void shouldNotUpdateAConfigurationWhoseValuesAreTheSame() throws Exception {
        write("io.datahub.x.cfg", "port = 80");
        loader.start();
        long count = configuration("io.datahub.x").getChangeCount();

        change("io.datahub.x.cfg", "# the same\nport = 80");

        assertThat(configuration("io.datahub.x").getChangeCount()).isEqualTo(count);
    }

    @Test
    void shouldWarnAboutAFileThatNoComponentReads() throws Exception {
        write("io.datahub.z.cfg", "port = 80");
        loader.start();

        assertThat(loader.check().ready()).isTrue();
        assertThat(loader.check().degraded()).isFalse();
        assertThat(loader.check().detail())
                .contains("etc/io.datahub.z.cfg: has no effect", "did you mean io.datahub.x?");
    }

    @Test
    void shouldNotWarnOnceABundleWithTheComponentIsInstalled() throws Exception {
        write("io.datahub.guest.cfg", "port = 80");
        loader.start();
        assertThat(loader.check().detail()).contains("has no effect");

        install("guest", "OSGI-INF/guest.xml", COMPONENT);
        loader.poll();

        assertThat(loader.check().detail()).isEqualTo("every file is in effect");
        assertThat(properties("io.datahub.guest")).containsEntry("port", "80");
    }

    private ConfigurationLoader newLoader() {
        return new ConfigurationLoader(
                etc, new InstalledBundles(context), new Configurations(admin, etc), name -> null);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(etc.resolve(name), text);
    }

    private void change(String name, String text) throws IOException {
        write(name, text);
        loader.poll();
        loader.poll();
    }

    private Configuration configuration(String pid) throws Exception {
        Configuration[] found = admin.listConfigurations("(service.pid=" + pid + ")");
        return found == null ? null : found[0];
    }

    private Map<String, Object> properties(String pid) throws Exception {
        Configuration configuration = configuration(pid);
        return configuration == null ? null : org.osgi.framework.FrameworkUtil.asMap(configuration.getProperties());
    }

    private void install(String name, String entry, String content) throws Exception {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        manifest.getMainAttributes().putValue(Constants.BUNDLE_SYMBOLICNAME, name);
        Path file = folder.resolve(name + ".jar");
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.putNextEntry(new ZipEntry(entry));
            jar.write(content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        context.installBundle(file.toUri().toString());
    }
}
