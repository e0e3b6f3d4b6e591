import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import picocli.CommandLine;

/**
 * Unpacks picocli as classes of Java 17, with the stack maps that these have: the virtual machine archives no older
 * ones than of Java 6, and picocli's are of Java 5. Run by the build: {@code java Frames.java DIRECTORY VERSION}.
 */
public final class Frames {

    public static void main(String[] args) throws IOException, URISyntaxException {
        Path jar = Path.of(CommandLine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path directory = Path.of(args[0]);
        // The jar has none, and the bill of materials looks for it.
        Path coordinates = directory.resolve("META-INF/maven/info.picocli/picocli/pom.properties");
        Files.createDirectories(coordinates.getParent());
        Files.writeString(coordinates, "artifactId=picocli\ngroupId=info.picocli\nversion=" + args[1] + "\n");
        try (JarFile in = new JarFile(jar.toFile());
                URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
            for (JarEntry entry : in.stream().filter(each -> !each.isDirectory()).toList()) {
                boolean isClass = entry.getName().startsWith("picocli/") && entry.getName().endsWith(".class");
                if (isClass) {
                    byte[] bytes = in.getInputStream(entry).readAllBytes();
                    Path file = directory.resolve(entry.getName());
                    Files.createDirectories(file.getParent());
                    Files.write(file, upgrade(bytes, loader));
                }
            }
        }
    }

    private static byte[] upgrade(byte[] bytes, ClassLoader loader) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            @Override
            protected ClassLoader getClassLoader() {
                return loader;
            }
        };
        ClassVisitor visitor = new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
                super.visit(Opcodes.V17, access, name, signature, parent, interfaces);
            }
        };
        new ClassReader(bytes).accept(visitor, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }

    private Frames() {}
}
