package io.datahub.store;

import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorService;
import io.datahub.api.validation.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** A validator that comes in a bundle of its own: each version refuses what the next one is for. */
public final class ForeignValidator implements BundleActivator, Validator {

    private int major;

    @Override
    public void start(BundleContext context) {
        major = context.getBundle().getVersion().getMajor();
        context.registerService(
                Validator.class,
                this,
                FrameworkUtil.asDictionary(
                        Map.of(ValidatorService.NAME, "foreign", ValidatorService.PATHS, new String[] {"judged/**"})));
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes the service back.
    }

    @Override
    public Verdict judge(Candidate candidate) throws IOException {
        try (InputStream bytes = candidate.open()) {
            return bytes.read() == 'b' ? Verdict.refuse("version " + major + " says no") : Verdict.accept();
        }
    }

    /** The bundle in a version. */
    static InputStream bundle(int version) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "foreign");
        main.putValue("Bundle-Version", version + ".0.0");
        main.putValue("Bundle-Activator", ForeignValidator.class.getName());
        main.putValue("Import-Package", "org.osgi.framework,io.datahub.api.validation,io.datahub.api.record");
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        try (JarOutputStream out = new JarOutputStream(jar, manifest);
                InputStream code = ForeignValidator.class.getResourceAsStream("ForeignValidator.class")) {
            out.putNextEntry(new ZipEntry(ForeignValidator.class.getName().replace('.', '/') + ".class"));
            code.transferTo(out);
            out.closeEntry();
        }
        return new ByteArrayInputStream(jar.toByteArray());
    }
}
