"""People at work: who is asked, how votes count, tasks and the inbox. What comes next is the engine's business."""
