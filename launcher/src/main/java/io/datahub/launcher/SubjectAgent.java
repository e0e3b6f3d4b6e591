package io.datahub.launcher;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Lets Karaf's console work on Java 23 and later, where {@code Subject.getSubject} does nothing but throw and Karaf
 * still asks it who is logged in: it answers {@code Subject.current()} instead, which is what replaced it.
 */
public final class SubjectAgent implements ClassFileTransformer {

    private static final String SUBJECT = "javax/security/auth/Subject";

    /**
     * Called by the virtual machine before {@link Launcher#main}, by {@code -javaagent}.
     *
     * @param arguments none
     * @param instrumentation what rewrites the class
     */
    public static void premain(String arguments, Instrumentation instrumentation) throws Exception {
        instrumentation.addTransformer(new SubjectAgent(), true);
        instrumentation.retransformClasses(Class.forName(SUBJECT.replace('/', '.')));
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> type, ProtectionDomain domain, byte[] bytes) {
        if (!SUBJECT.equals(name)) {
            return null;
        }
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(bytes).accept(new Rewriting(writer), 0);
        return writer.toByteArray();
    }

    private static final class Rewriting extends ClassVisitor {

        Rewriting(ClassWriter writer) {
            super(Opcodes.ASM9, writer);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String generics, String[] thrown) {
            MethodVisitor method = super.visitMethod(access, name, type, generics, thrown);
            if (!name.equals("getSubject")) {
                return method;
            }
            method.visitCode();
            method.visitMethodInsn(Opcodes.INVOKESTATIC, SUBJECT, "current", "()L" + SUBJECT + ";", false);
            method.visitInsn(Opcodes.ARETURN);
            method.visitMaxs(1, 1);
            method.visitEnd();
            return null;
        }
    }
}
