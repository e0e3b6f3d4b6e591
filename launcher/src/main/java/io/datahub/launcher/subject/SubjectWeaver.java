package io.datahub.launcher.subject;

import java.nio.charset.StandardCharsets;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.hooks.weaving.WovenClass;

/**
 * Makes the current user visible to Karaf's console on Java 23 and later. Karaf binds a subject to the running thread
 * and to threads that it creates by {@code JaasHelper.doAs}, and retrieves it with {@code Subject.getSubject}, which
 * always throws on these versions. So both are redirected to {@link InheritedSubject} in Karaf's bundles. Without this
 * the console sees no role, and hides every command that requires one. Thread-safe.
 */
final class SubjectWeaver implements WeavingHook {

    private static final String BUNDLES = "org.apache.karaf.";
    private static final String SUBJECT = "javax/security/auth/Subject";
    private static final String GET_SUBJECT = "getSubject";
    private static final String HELPER = "org/apache/karaf/util/jaas/JaasHelper";
    private static final String DO_AS = "doAs";
    private static final String INHERITED = InheritedSubject.class.getName().replace('.', '/');

    @Override
    public void weave(WovenClass woven) {
        byte[] bytes = woven.getBytes();
        String bundle = woven.getBundleWiring().getBundle().getSymbolicName();
        if (!bundle.startsWith(BUNDLES) || !new String(bytes, StandardCharsets.ISO_8859_1).contains(GET_SUBJECT)) {
            return;
        }
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, 0);
        Redirection redirection = new Redirection(writer);
        reader.accept(redirection, 0);
        if (redirection.found) {
            woven.setBytes(writer.toByteArray());
            woven.getDynamicImports().add(InheritedSubject.class.getPackageName());
        }
    }

    /** Redirects the calls of {@code getSubject}, and the bodies of {@code JaasHelper.doAs}. */
    private static final class Redirection extends ClassVisitor {

        private boolean isHelper;
        private boolean found;

        Redirection(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
            isHelper = HELPER.equals(name);
            super.visit(version, access, name, signature, parent, interfaces);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] exceptions) {
            MethodVisitor method = super.visitMethod(access, name, type, signature, exceptions);
            if (isHelper && DO_AS.equals(name)) {
                found = true;
                delegate(method, type);
                return null;
            }
            return new MethodVisitor(Opcodes.ASM9, method) {
                @Override
                public void visitMethodInsn(int opcode, String owner, String called, String of, boolean isInterface) {
                    if (SUBJECT.equals(owner) && GET_SUBJECT.equals(called)) {
                        found = true;
                        super.visitMethodInsn(opcode, INHERITED, called, of, false);
                    } else {
                        super.visitMethodInsn(opcode, owner, called, of, isInterface);
                    }
                }
            };
        }

        /** Replaces the body of a static method of a subject and an action by a call of ours. */
        private static void delegate(MethodVisitor method, String type) {
            method.visitCode();
            method.visitVarInsn(Opcodes.ALOAD, 0);
            method.visitVarInsn(Opcodes.ALOAD, 1);
            method.visitMethodInsn(Opcodes.INVOKESTATIC, INHERITED, DO_AS, type, false);
            method.visitInsn(Opcodes.ARETURN);
            method.visitMaxs(2, 2);
            method.visitEnd();
        }
    }
}
