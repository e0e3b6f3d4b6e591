package io.datahub.launcher;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Makes the current user visible to Karaf's console on Java 23 and later. Karaf binds a subject to the running thread
 * and to threads that it creates, and retrieves it with {@code Subject.getSubject}. On these versions {@code
 * Subject.callAs} binds the subject to the one thread only, and {@code getSubject} always throws. So the agent also
 * stores the subject of {@code callAs} in an inheritable thread-local, which {@code getSubject} returns, and redirects
 * Karaf's {@code JaasHelper.doAs} to it. Without this the console sees no role, and hides every command that requires
 * one.
 */
public final class SubjectAgent implements ClassFileTransformer {

    private static final String SUBJECT = "javax/security/auth/Subject";
    private static final String HELPER = "org/apache/karaf/util/jaas/JaasHelper";

    /**
     * Called by the virtual machine before {@link Launcher#main}, because of {@code -javaagent}.
     *
     * @param arguments ignored
     * @param instrumentation registers the transformer of loaded classes
     */
    public static void premain(String arguments, Instrumentation instrumentation) throws Exception {
        instrumentation.addTransformer(new SubjectAgent());
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> type, ProtectionDomain domain, byte[] bytes) {
        ClassWriter writer = new ClassWriter(0);
        if (SUBJECT.equals(name)) {
            new ClassReader(bytes).accept(new Inheriting(writer), 0);
        } else if (HELPER.equals(name)) {
            new ClassReader(bytes).accept(new Delegating(writer), 0);
        } else {
            return null;
        }
        return writer.toByteArray();
    }

    /** Rewrites {@code Subject} so that threads inherit the binding. */
    private static final class Inheriting extends ClassVisitor {

        private static final String VARIABLE = "java/lang/InheritableThreadLocal";
        private static final String FIELD = "INHERITED";
        private static final String BOUND = "callBound";

        Inheriting(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] exceptions) {
            switch (name) {
                case "getSubject" -> {
                    answerInherited(super.visitMethod(access, name, type, signature, exceptions));
                    return null;
                }
                case "callAs" -> {
                    callInherited(super.visitMethod(access, name, type, signature, exceptions), type);
                    return super.visitMethod(
                            Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC, BOUND, type, signature, exceptions);
                }
                case "<clinit>" -> {
                    return initializing(super.visitMethod(access, name, type, signature, exceptions));
                }
                default -> {
                    return super.visitMethod(access, name, type, signature, exceptions);
                }
            }
        }

        @Override
        public void visitEnd() {
            int access = Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL;
            super.visitField(access, FIELD, "L" + VARIABLE + ";", null, null).visitEnd();
            super.visitEnd();
        }

        private static MethodVisitor initializing(MethodVisitor method) {
            return new MethodVisitor(Opcodes.ASM9, method) {
                @Override
                public void visitCode() {
                    super.visitCode();
                    visitTypeInsn(Opcodes.NEW, VARIABLE);
                    visitInsn(Opcodes.DUP);
                    visitMethodInsn(Opcodes.INVOKESPECIAL, VARIABLE, "<init>", "()V", false);
                    visitFieldInsn(Opcodes.PUTSTATIC, SUBJECT, FIELD, "L" + VARIABLE + ";");
                }

                @Override
                public void visitMaxs(int stack, int locals) {
                    super.visitMaxs(Math.max(2, stack), locals);
                }
            };
        }

        private static void answerInherited(MethodVisitor method) {
            method.visitCode();
            inherited(method);
            method.visitTypeInsn(Opcodes.CHECKCAST, SUBJECT);
            method.visitInsn(Opcodes.ARETURN);
            method.visitMaxs(1, 1);
            method.visitEnd();
        }

        /** Sets the thread-local, calls the original {@code callAs}, and restores the thread-local in any case. */
        private static void callInherited(MethodVisitor method, String type) {
            Label begin = new Label();
            Label end = new Label();
            Label failed = new Label();
            method.visitCode();
            method.visitTryCatchBlock(begin, end, failed, null);
            inherited(method);
            method.visitVarInsn(Opcodes.ASTORE, 2);
            set(method, 0);
            method.visitLabel(begin);
            method.visitVarInsn(Opcodes.ALOAD, 0);
            method.visitVarInsn(Opcodes.ALOAD, 1);
            method.visitMethodInsn(Opcodes.INVOKESTATIC, SUBJECT, BOUND, type, false);
            method.visitLabel(end);
            set(method, 2);
            method.visitInsn(Opcodes.ARETURN);
            method.visitLabel(failed);
            Object[] locals = {SUBJECT, "java/util/concurrent/Callable", "java/lang/Object"};
            method.visitFrame(Opcodes.F_NEW, locals.length, locals, 1, new Object[] {"java/lang/Throwable"});
            set(method, 2);
            method.visitInsn(Opcodes.ATHROW);
            method.visitMaxs(3, locals.length);
            method.visitEnd();
        }

        private static void inherited(MethodVisitor method) {
            method.visitFieldInsn(Opcodes.GETSTATIC, SUBJECT, FIELD, "L" + VARIABLE + ";");
            method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, VARIABLE, "get", "()Ljava/lang/Object;", false);
        }

        private static void set(MethodVisitor method, int local) {
            method.visitFieldInsn(Opcodes.GETSTATIC, SUBJECT, FIELD, "L" + VARIABLE + ";");
            method.visitVarInsn(Opcodes.ALOAD, local);
            method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, VARIABLE, "set", "(Ljava/lang/Object;)V", false);
        }
    }

    /** Rewrites Karaf's helper, whose own way of binding no longer has an effect. */
    private static final class Delegating extends ClassVisitor {

        Delegating(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] exceptions) {
            MethodVisitor method = super.visitMethod(access, name, type, signature, exceptions);
            if (!name.equals("doAs")) {
                return method;
            }
            method.visitCode();
            method.visitVarInsn(Opcodes.ALOAD, 0);
            method.visitVarInsn(Opcodes.ALOAD, 1);
            method.visitMethodInsn(Opcodes.INVOKESTATIC, SUBJECT, name, type, false);
            method.visitInsn(Opcodes.ARETURN);
            method.visitMaxs(2, 2);
            method.visitEnd();
            return null;
        }
    }
}
