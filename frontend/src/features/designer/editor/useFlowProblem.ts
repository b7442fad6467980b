/** What is said of the problems of the flow that is being edited. */
import { useEditor, useEditorState } from "./editorContext";
import { type ProblemWords, useProblemWords } from "./useProblemWords";

export function useFlowWordsOfProblems(): ProblemWords {
  const { speech } = useEditor();
  const graph = useEditorState((state) => state.document.graph);
  return useProblemWords(graph, speech);
}

export function useFlowProblem(): (problem: unknown) => string {
  return useFlowWordsOfProblems().tell;
}
