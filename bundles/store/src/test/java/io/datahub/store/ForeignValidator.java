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

/**
 * A validator in its own bundle. Each version refuses content that starts with "b", with its version in the message.
 */
public final class ForeignValidator implements BundleActivator, Validator {

    private int major;

    @Override
    public void start(BundleContext context) {
        major = context.getBundle().getVersion().getMajor();
        context.registerService(
                Validator.class,
                this,
                FrameworkUtil.asDictionary(Map.of(
                        ValidatorService.NAME, "foreign", ValidatorService.PATHS, new String[] {"validated/**"})));
    }

    @Override
    public void stop(BundleContext context) {
        // The framework unregisters the service.
    }

    @Override
    public Verdict validate(Candidate candidate) throws IOException {
        try (InputStream bytes = candidate.open()) {
            return bytes.read() == 'b' ? Verdict.refuse("version " + major + " says no") : Verdict.accept();
        }
    }

    /** The bundle with a given major version. */
    static InputStream bundle(int version) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", "foreign");
        attributes.putValue("Bundle-Version", version + ".0.0");
        attributes.putValue("Bundle-Activator", ForeignValidator.class.getName());
        attributes.putValue("Import-Package", "org.osgi.framework,io.datahub.api.validation,io.datahub.api.record");
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        try (JarOutputStream out = new JarOutputStream(jar, manifest);
                InputStream classFile = ForeignValidator.class.getResourceAsStream("ForeignValidator.class")) {
            out.putNextEntry(new ZipEntry(ForeignValidator.class.getName().replace('.', '/') + ".class"));
            classFile.transferTo(out);
            out.closeEntry();
        }
        return new ByteArrayInputStream(jar.toByteArray());
    }
}
